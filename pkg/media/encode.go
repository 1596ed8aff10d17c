package media

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
)

// seekMargin is how many seconds before a part its decoding begins at the latest: some containers find a place
// by decoding times, which are earlier than those at which pictures are shown.
const seekMargin = 1

// ErrMisaligned is what EncodePart finds when the copied picture has its segments elsewhere than the encoded
// ones: the source has to be prepared anew, with all of it encoded.
var ErrMisaligned = errors.New("the segments of the sizes don't begin together")

// EncodePart encodes one part of the picture in all sizes that are not copied. The files are
// <part>-<track>.mp4 in the output folder, the part with four digits, counted from zero. Progress is that of
// the part. ErrMisaligned (wrapped) when the plan turns out wrong.
func EncodePart(ctx context.Context, w Work, p Plan, part int) ([]Run, error) {
	if w.Info.Video == nil || part < 0 || part >= len(p.Parts) || len(p.encoded()) == 0 {
		return nil, fmt.Errorf("encoding part %d of %s: there is no such part", part, w.Source)
	}
	runs, err := w.part(ctx, p, part)
	if err != nil {
		return nil, fmt.Errorf("encoding part %d of %s: %w", part, w.Source, err)
	}
	return runs, nil
}

func (w Work) part(ctx context.Context, p Plan, part int) ([]Run, error) {
	in, err := input(w.Source, w.Info.Container)
	if err != nil {
		return nil, err
	}
	span := p.Parts[part]
	args, more := []string{"-copyts"}, []string(nil) // on the source's own clock
	switch {
	case len(p.Parts) == 1:
		args, more = w.fromStart(), every
	case part > 0:
		args = append(args, "-noaccurate_seek", "-ss", strconv.FormatFloat(max(span.Start-seekMargin, 0), 'f', 6, 64))
	}
	args = append(append(args, in...), "-filter_complex", p.graph(w.Info, part))
	sizes := p.encoded()
	tracks := make([]*fragments, len(sizes))
	for i, s := range sizes {
		tracks[i] = &fragments{
			track: s.ID, times: &shown{start: units(span.Start), end: units(span.End)},
			args: append([]string{"-map", fmt.Sprintf("[v%d]", i)}, p.encoder(s)...),
		}
	}
	runs, err := w.convert(ctx, args, span, fmt.Sprintf("%04d-", part), tracks, more...)
	if err != nil {
		return nil, err
	}
	return runs, w.check(ctx, p, span, tracks)
}

// check looks whether all tracks have just the pictures of the part.
func (w Work) check(ctx context.Context, p Plan, span Span, tracks []*fragments) error {
	if !p.CopyVideo {
		frames := p.frames(span)
		for _, t := range tracks {
			if n := t.times.(*shown).count; n != frames {
				return fmt.Errorf("%s has %d pictures, not %d", t.track, n, frames)
			}
		}
		return nil
	}
	keys, err := keyframes(ctx, w.Source, w.Info, span)
	if err != nil {
		return err
	}
	for _, t := range tracks {
		if len(t.list) != len(keys) {
			return fmt.Errorf("%s has %d keyframes, the source %d: %w", t.track, len(t.list), len(keys), ErrMisaligned)
		}
		for i, key := range keys {
			if off := float64(t.list[i].start)/videoTimescale - key; max(off, -off) > 0.5/p.FrameRate {
				return fmt.Errorf("%s has a keyframe %.3f seconds off: %w", t.track, off, ErrMisaligned)
			}
		}
	}
	return nil
}

// frames is how many pictures a part on the grid of frames has.
func (p Plan) frames(span Span) int {
	return int(math.Round((span.End - span.Start) * exact(p.FrameRate)))
}

// encoder are the arguments that encode a size: keyframes where the copy has them, on a clock fine enough to
// tell its frames apart, or every two seconds.
func (p Plan) encoder(s Size) []string {
	args := []string{
		"-c:v", "libx264", "-preset", "superfast", "-crf", "23", "-profile:v", "high", "-x264-params", "repeat-headers=1",
		"-maxrate", strconv.FormatInt(s.MaxRate, 10), "-bufsize", strconv.FormatInt(s.MaxRate*3/2, 10),
		"-sc_threshold", "0", "-forced-idr", "1", "-fps_mode", "passthrough",
	}
	if p.CopyVideo {
		args = append(args, "-g", "9999", "-force_key_frames", "source", "-enc_time_base", "1/"+strconv.Itoa(videoTimescale))
	} else {
		group := strconv.Itoa(int(math.Round(p.FrameRate * groupSeconds)))
		args = append(args, "-g", group, "-keyint_min", group)
	}
	return append(args, cutPictures...)
}
