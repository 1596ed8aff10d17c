package media

import (
	"path/filepath"
	"testing"
)

func TestSampleIsARecording(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "sample.mp4")
	if err := Sample(t.Context(), file, 2); err != nil {
		t.Fatal(err)
	}
	info, err := Probe(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	if info.Video == nil || info.Video.Height != 720 || len(info.Audio) != 1 || info.Duration < 1.9 || info.Duration > 2.1 {
		t.Fatalf("got %+v", info)
	}
}
