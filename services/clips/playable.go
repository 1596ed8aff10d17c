package clips

import (
	"fmt"
	"math"
	"slices"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/media"
)

// made is a clip, its plan, and what there is of it by now.
type made struct {
	id, state string
	facts     *events.ClipProbed
	pack      *events.ClipPackaged
	// plan is nil when there is none.
	plan *events.ClipPlanned
	// rows are the runs of each track, in order.
	rows map[string][]runRow
}

// runRow is a row of the table run.
type runRow struct {
	Clip      string
	Track     string
	Part      int
	Codecs    string
	Timescale int64
	Start     int64
	Segments  [][2]int64
}

// playable is what can be played of a clip.
type playable struct {
	// video are the sizes of the picture, the largest first; sound the audio tracks; silence is what
	// takes the place of sound among clips that have some.
	video, sound, silence []media.Track
	// encoded is true when all sizes are there.
	encoded bool
}

// complete tells whether the clip can be played to its end.
func (p playable) complete() bool {
	tracks := slices.Concat(p.video, p.sound, p.silence)
	return len(tracks) > 0 && !slices.ContainsFunc(tracks, func(t media.Track) bool { return !t.Complete })
}

// begun tells whether there is anything to play.
func (p playable) begun() bool { return len(p.video)+len(p.sound) > 0 }

// playableAt finds it. When the source's own picture is among the sizes, the others are left out until all
// parts are encoded; else every size is as long as the parts that there are from the start, and so is the
// sound. base is the URL that the segments lie under.
func (m made) playableAt(base string) playable {
	if m.plan == nil {
		return playable{}
	}
	ready := m.ready()
	p := playable{encoded: ready == len(m.plan.Parts)}
	end := math.Inf(1) // of the picture, in seconds
	for i, size := range m.plan.Sizes {
		copied := i == 0 && m.plan.CopyVideo
		if m.plan.CopyVideo && !copied && !p.encoded {
			break
		}
		t := media.Track{ID: size.ID, Width: size.Width, Height: size.Height, FrameRate: m.plan.FrameRate, Complete: copied || p.encoded}
		m.fill(&t, base, func(row runRow, _ float64) bool { return copied || row.Part < ready })
		if len(t.Segments) == 0 {
			return playable{encoded: p.encoded}
		}
		if last := t.Segments[len(t.Segments)-1]; !t.Complete {
			end = min(end, float64(last.Start+last.Duration)/float64(t.Timescale))
		}
		p.video = append(p.video, t)
	}
	for _, s := range m.plan.Sound {
		t := media.Track{
			ID: s.ID, Audio: true, Channels: s.Channels, SampleRate: s.SampleRate, Name: s.Name, Language: s.Language,
			Complete: math.IsInf(end, 1),
		}
		m.fill(&t, base, func(_ runRow, at float64) bool { return at < end })
		switch {
		case len(t.Segments) == 0:
		case s.Silent:
			p.silence = append(p.silence, t)
		default:
			p.sound = append(p.sound, t)
		}
	}
	return p
}

// ready is how many parts there are from the start on, each in all sizes that are encoded.
func (m made) ready() int {
	sizes := m.plan.Sizes
	if m.plan.CopyVideo {
		sizes = sizes[1:]
	}
	for part := range m.plan.Parts {
		for _, size := range sizes {
			if !slices.ContainsFunc(m.rows[size.ID], func(row runRow) bool { return row.Part == part }) {
				return part
			}
		}
	}
	return len(m.plan.Parts)
}

// fill gives a track its segments, as far as they are wanted by their run and the second they begin at.
func (m made) fill(t *media.Track, base string, want func(row runRow, at float64) bool) {
	prefix := base + m.plan.Version + "/" + t.ID + "/"
	t.Init, t.Media = prefix+initFile, prefix+"$Time$.m4s"
	for _, row := range m.rows[t.ID] {
		if t.Codecs == "" {
			t.Codecs, t.Timescale = row.Codecs, row.Timescale
		}
		start := row.Start
		for _, s := range row.Segments {
			if want(row, float64(start)/float64(row.Timescale)) {
				t.Segments = append(t.Segments, media.Segment{
					Start: start, Duration: s[0], Bytes: s[1], URI: fmt.Sprintf("%s%d.m4s", prefix, start), Init: t.Init,
				})
			}
			start += s[0]
		}
	}
}
