package media

import (
	"slices"
	"testing"
)

// every second from start to end.
func seconds(start, end float64) []float64 {
	var all []float64
	for at := start; at < end; at++ {
		all = append(all, at)
	}
	return all
}

func TestPartsBeginAtKeyframes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		copied   bool
		rate     float64
		keys     []float64
		end      float64
		shortest float64
		jumped   bool
		want     []Span
	}{
		"one":     {true, 30, seconds(0, 100), 100, 60, false, []Span{{0, 100}}},
		"two":     {true, 30, seconds(0, 120), 120, 60, false, []Span{{0, 60}, {60, 120}}},
		"late":    {true, 30, seconds(0.021, 125), 125.021, 60, false, []Span{{0.021, 60.021}, {60.021, 125.021}}},
		"grid":    {false, 25, seconds(0.021, 125), 125.021, 60, false, []Span{{0, 60.04}, {60.04, 125.04}}},
		"sparse":  {false, 25, []float64{0, 100, 105}, 300, 60, false, []Span{{0, 100}, {100, 300}}},
		"no keys": {false, 25, []float64{0}, 300, 60, false, []Span{{0, 300}}},
		"jumped":  {false, 25, seconds(0, 300), 300, 60, true, []Span{{0, 300}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := Plan{CopyVideo: c.copied, FrameRate: c.rate}
			got := p.parts(&packets{keys: c.keys, end: c.end, jumped: c.jumped}, 0, c.shortest)
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestALongClipHasNoMoreThanSoManyParts(t *testing.T) {
	t.Parallel()
	const long = 100 * 3600
	info := Info{Duration: long, Video: &Video{Codec: "vp9", Width: 640, Height: 360, FrameRate: 30}}
	p := plan(info, map[int]*packets{0: {keys: seconds(0, long), end: long}}, 0, false, partSeconds)
	if len(p.Parts) < maxParts-1 || len(p.Parts) > maxParts {
		t.Errorf("%d parts", len(p.Parts))
	}
}

func TestSoundIsNamed(t *testing.T) {
	t.Parallel()
	info := Info{Audio: []Audio{
		{Title: `The "Mix"`, Language: "eng"},
		{Title: `The "Mix"`, Language: "eng"},
		{Title: "\n"},
		{Language: "not a tag"},
		{},
		{},
		{},
		{},
		{Title: "one too many"},
	}}
	var names []string
	for i := range info.Audio {
		info.Audio[i].Channels = 6
	}
	for _, s := range sounds(info, nil, true) {
		names = append(names, s.ID+" "+s.Name)
		if s.Channels != 2 || s.SampleRate != 48000 || s.Copied || s.Silent {
			t.Errorf("%+v", s)
		}
	}
	want := []string{
		"audio-1 The 'Mix'", "audio-2 eng", "audio-3 Track 3", "audio-4 Track 4", "audio-5 Track 5", "audio-6 Track 6", "audio-7 Track 7", "audio-8 Track 8",
	}
	if !slices.Equal(names, want) {
		t.Errorf("got %q", names)
	}
}
