package media

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestAPartOfAWrongPlanIsMisaligned(t *testing.T) {
	t.Parallel()
	source := record(t, "a.mp4", picture("640x360", "6")+h264+gop2)
	w := Work{Source: source, Info: probe(t, source), OutDir: t.TempDir()}
	p, _, err := prepare(context.Background(), w, false, 2)
	if err != nil {
		t.Fatal(err)
	}
	if want := []Span{{0, 2}, {2, 4}, {4, 6}}; !slices.Equal(p.Parts, want) {
		t.Fatalf("parts %v, want %v", p.Parts, want)
	}
	p.Parts[1].Start = 1.8 // where no keyframe is
	if _, err := EncodePart(context.Background(), w, p, 1); !errors.Is(err, ErrMisaligned) {
		t.Errorf("got %v", err)
	}
	for _, part := range []int{-1, 3} {
		if _, err := EncodePart(context.Background(), w, p, part); err == nil {
			t.Errorf("there is a part %d", part)
		}
	}
}

func TestAPartAgainTakesThePlaceOfTheFirst(t *testing.T) {
	t.Parallel()
	source := record(t, "a.mkv", picture("320x240", "4")+" -c:v mpeg4 -g 25")
	w := Work{Source: source, Info: probe(t, source), OutDir: t.TempDir()}
	p, _, err := prepare(context.Background(), w, true, 2)
	if err != nil {
		t.Fatal(err)
	}
	var inits []string
	var segments [][]int64
	for range 2 {
		runs, err := EncodePart(context.Background(), w, p, 1)
		if err != nil {
			t.Fatal(err)
		}
		r := runs[0]
		if r.File != "0001-240p.mp4" || r.Start != 2*videoTimescale {
			t.Errorf("got %+v", r)
		}
		inits = append(inits, read(t, w.OutDir, r.File)[:r.InitBytes])
		var durations []int64
		for _, s := range r.Segments {
			durations = append(durations, s[0])
		}
		segments = append(segments, durations)
	}
	if inits[0] != inits[1] || !slices.Equal(segments[0], segments[1]) {
		t.Errorf("another way to begin, or other segments: %v", segments)
	}
}

func TestAFailureTellsItself(t *testing.T) {
	t.Parallel()
	source := record(t, "a.mp4", picture("320x240", "4")+h264+gop2)
	w := Work{Source: source, Info: probe(t, source), OutDir: t.TempDir()}
	var heard []string
	w.Log = func(line string) { heard = append(heard, line) }
	p, _, err := prepare(context.Background(), w, true, 2)
	if err != nil {
		t.Fatal(err)
	}
	w.Info.Video.Index = 7
	_, err = EncodePart(context.Background(), w, p, 0)
	var failed *Failure
	if !errors.As(err, &failed) || failed.Tool != "ffmpeg" || len(failed.Tail) == 0 {
		t.Fatalf("got %v", err)
	}
	if !slices.Equal(heard[len(heard)-len(failed.Tail):], failed.Tail) {
		t.Errorf("heard %q, want %q", strings.Join(heard, "\n"), failed.Tail)
	}
}
