package media

import (
	"context"
	"fmt"
	"math"
	"strconv"
)

// Prepare decides how a source becomes tracks, and makes those that need no part: the source's own picture if
// it can be copied, and all sound. What is right already is copied, unless encodeAll is set; when that turns
// out wrong, all is encoded. The files are <track>.mp4 in the output folder.
func Prepare(ctx context.Context, w Work, encodeAll bool) (Plan, []Run, error) {
	return prepare(ctx, w, encodeAll, partSeconds)
}

func prepare(ctx context.Context, w Work, encodeAll bool, part float64) (Plan, []Run, error) {
	streams, err := scan(ctx, w.Source, w.Info.Container)
	if err != nil {
		return Plan{}, nil, err
	}
	for _, index := range w.Info.streams() {
		if streams[index] == nil {
			return Plan{}, nil, fmt.Errorf("preparing %s: it has no stream %d any more", w.Source, index)
		}
	}
	refreshes := 0
	if v := w.Info.Video; v != nil && v.ready() && !encodeAll {
		if refreshes, err = instantRefreshes(ctx, w.Source, w.Info); err != nil {
			return Plan{}, nil, err
		}
	}
	p := plan(w.Info, streams, refreshes, encodeAll, part)
	runs, err := w.whole(ctx, p, streams)
	if err != nil && p.copies() && ctx.Err() == nil {
		p = plan(w.Info, streams, refreshes, true, part)
		runs, err = w.whole(ctx, p, streams)
	}
	if err != nil {
		return Plan{}, nil, fmt.Errorf("preparing %s: %w", w.Source, err)
	}
	return p, runs, nil
}

// streams gives the indexes of all streams that count.
func (i Info) streams() []int {
	var all []int
	if i.Video != nil {
		all = append(all, i.Video.Index)
	}
	for _, a := range i.Audio {
		all = append(all, a.Index)
	}
	return all
}

// copies tells whether anything is copied.
func (p Plan) copies() bool {
	for _, s := range p.Sound {
		if s.Copied {
			return true
		}
	}
	return p.CopyVideo
}

// whole makes the tracks that need no part, in one reading.
func (w Work) whole(ctx context.Context, p Plan, streams map[int]*packets) ([]Run, error) {
	in, err := input(w.Source, w.Info.Container)
	if err != nil {
		return nil, err
	}
	in = append(w.fromStart(), in...)
	var tracks []*fragments
	var ends []float64 // when each of the tracks has to end
	if p.CopyVideo {
		stream := streams[w.Info.Video.Index]
		end := stream.finish(p.FrameRate) - w.Info.origin()
		tracks = append(tracks, copied(p, w.Info.Video.Index, end))
		ends = append(ends, end)
	}
	for _, s := range p.Sound {
		end := p.Duration
		if s.Silent {
			in = append(in, "-f", "lavfi", "-i", fmt.Sprintf("anullsrc=r=%d:cl=stereo:d=%f", s.SampleRate, p.Duration))
		} else {
			end = streams[s.Index].end - w.Info.origin()
		}
		tracks = append(tracks, s.track())
		ends = append(ends, end)
	}
	runs, err := w.convert(ctx, in, Span{End: p.Duration}, "", tracks, every...)
	if err != nil {
		return nil, err
	}
	for i, t := range tracks { // when it can read no further, ffmpeg ends as if all were well
		if end := float64(t.list[len(t.list)-1].end) / float64(t.timescale); end < ends[i]*0.95-2 {
			return nil, fmt.Errorf("%s ends after %.1f of %.1f seconds", t.track, end, ends[i])
		}
	}
	return runs, nil
}

// copied is the track of the source's own picture, in segments that begin anew with each part.
func copied(p Plan, index int, end float64) *fragments {
	t := &fragments{
		track: p.Sizes[0].ID,
		args:  append([]string{"-map", fmt.Sprintf("0:%d", index), "-c", "copy", "-tag:v", "avc1"}, cutPictures...),
		times: &shown{start: -1, end: units(end)},
	}
	for _, part := range p.Parts {
		t.cuts = append(t.cuts, units(part.Start)-videoTimescale/soundGrain)
	}
	return t
}

// track is the sound's.
func (s Sound) track() *fragments {
	var args []string
	switch {
	case s.Silent:
		args = []string{"-map", "1:a", "-c", "aac", "-b:a", "32k"}
	case s.Copied:
		args = []string{"-map", fmt.Sprintf("0:%d", s.Index), "-c", "copy", "-tag:a", "mp4a", "-bsf:a", "aac_adtstoasc"}
	default:
		bits := "160k"
		if s.Channels == 1 {
			bits = "96k"
		}
		args = []string{
			"-map", fmt.Sprintf("0:%d", s.Index), "-c", "aac", "-b:a", bits, "-ac", strconv.Itoa(s.Channels),
			"-ar", strconv.Itoa(s.SampleRate), "-filter:a", "aresample=async=1:first_pts=0",
		}
	}
	return &fragments{track: s.ID, args: append(args, cutSound...), times: &heard{rate: int64(s.SampleRate)}}
}

// units turns seconds into units of the picture's clock.
func units(seconds float64) int64 { return int64(math.Round(seconds * videoTimescale)) }
