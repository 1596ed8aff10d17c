package clips

import (
	"cmp"
	"slices"

	"github.com/afterglow-live/afterglow/pkg/media"
)

// reel is what can be played of a stream as one video: some of its clips, in order.
type reel struct {
	clips []playable
	// complete is false while more is added at the end.
	complete bool
	lifetime lifetime
}

// scene is a clip, and what can be played of it.
type scene struct {
	made
	playable
}

// reelOf chooses the clips: those that have pictures or, if none has, those that have sound. A clip that
// is given up and one that can't be played to its end are left out, but for the first of the latter when
// nothing comes after it: then the reel grows, which a playlist may at its end alone. Elsewhere it is
// complete for now, and who asks later gets more.
func reelOf(scenes []scene) reel {
	r := reel{complete: true, lifetime: settled}
	if slices.ContainsFunc(scenes, scene.hasPicture) {
		scenes = slices.DeleteFunc(scenes, scene.soundOnly)
	}
	var unfinished []playable
	for _, s := range scenes {
		p := s.playable
		if !p.complete() && s.over() {
			continue
		}
		if !p.encoded {
			r.lifetime = growing
		}
		if p.complete() {
			r.clips = append(r.clips, p)
			r.complete = true
		} else if unfinished = append(unfinished, p); len(unfinished) == 1 {
			r.complete = false
		}
	}
	if !r.complete && unfinished[0].begun() {
		r.clips = append(r.clips, unfinished[0])
	}
	if slices.ContainsFunc(r.clips, func(p playable) bool { return len(p.sound) > 0 }) {
		r.clips = slices.DeleteFunc(r.clips, func(p playable) bool { return len(p.sound)+len(p.silence) == 0 }) // would lag behind the sound
	}
	return r
}

// over tells whether nothing more will be made of the clip unless somebody wants it.
func (s scene) over() bool {
	return s.state == "failed" || s.state == "refused" || s.state == "packaged"
}

// hasPicture tells whether the clip is known to have one.
func (s scene) hasPicture() bool {
	if s.plan != nil {
		return len(s.plan.Sizes) > 0
	}
	return len(s.video) > 0 || s.facts != nil && s.facts.Video != nil
}

// soundOnly tells whether the clip is known to have no picture.
func (s scene) soundOnly() bool {
	return !s.hasPicture() && (s.plan != nil || s.facts != nil || s.begun())
}

// tracks are the sizes that any of the clips has, and as many audio tracks as the clip with the most has.
func (r reel) tracks() []media.Track {
	var sizes, tracks []media.Track
	var sound []media.Track
	for _, p := range r.clips {
		sizes = append(sizes, p.video...)
		if len(p.sound) > len(sound) {
			sound = p.sound
		}
	}
	slices.SortFunc(sizes, func(a, b media.Track) int {
		return cmp.Or(cmp.Compare(shortSide(b), shortSide(a)), cmp.Compare(a.ID, b.ID))
	})
	sizes = slices.CompactFunc(sizes, func(a, b media.Track) bool { return a.ID == b.ID })
	for _, size := range sizes {
		t := r.join(func(p playable) media.Track { return p.size(size) })
		t.ID = size.ID
		tracks = append(tracks, t)
	}
	for i, s := range sound {
		t := r.join(func(p playable) media.Track { return p.number(i) })
		t.ID, t.Name, t.Language = s.ID, s.Name, s.Language
		tracks = append(tracks, t)
	}
	return tracks
}

func shortSide(t media.Track) int { return min(t.Width, t.Height) }

// size is the clip's picture in a size: in the largest one not above it, if it hasn't that one.
func (p playable) size(like media.Track) media.Track {
	for _, t := range p.video {
		if t.ID == like.ID || shortSide(t) <= shortSide(like) {
			return t
		}
	}
	return p.video[len(p.video)-1]
}

// number is an audio track of the clip, counted from zero; the first one if it hasn't so many.
func (p playable) number(i int) media.Track {
	tracks := p.sound
	if len(tracks) == 0 {
		tracks = p.silence
	}
	if i >= len(tracks) {
		i = 0
	}
	return tracks[i]
}

// units is how many a second has in a track of the whole stream; its clips may differ.
const units = 1_000_000

// join puts a track of each clip one after the other into one that is described like the largest of them.
func (r reel) join(choose func(playable) media.Track) media.Track {
	var whole media.Track
	var segments []media.Segment
	for i, p := range r.clips {
		t := choose(p)
		if t.Width*t.Height > whole.Width*whole.Height || t.Channels > whole.Channels {
			whole = t
		}
		for j, s := range t.Segments {
			s.Start, s.Duration = s.Start*units/t.Timescale, s.Duration*units/t.Timescale
			s.Discontinuity = i > 0 && j == 0
			segments = append(segments, s)
		}
	}
	whole.Timescale, whole.Segments, whole.Complete = units, segments, r.complete
	return whole
}
