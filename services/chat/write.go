package chat

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/afterglow-live/afterglow/pkg/run"
)

// written is an archive in a file.
type written struct {
	path                 string
	sha256               string
	size                 int64
	messages, activities int
}

// write writes all of a window into a file. The same content gives the same file.
func (w window) write(ctx context.Context, d *run.Deps) (written, error) {
	file, err := os.CreateTemp(d.Work, "chat-*.jsonl.gz")
	if err != nil {
		return written{}, fmt.Errorf("archive: %w", err)
	}
	out := written{path: file.Name()}
	sum := sha256.New()
	zip := gzip.NewWriter(io.MultiWriter(file, sum))
	err = w.writeLines(ctx, d, json.NewEncoder(zip), &out)
	for _, closed := range []error{zip.Close(), file.Close()} {
		err = errors.Join(err, closed)
	}
	if err == nil {
		var info os.FileInfo
		if info, err = os.Stat(out.path); err == nil {
			out.size, out.sha256 = info.Size(), hex.EncodeToString(sum.Sum(nil))
		}
	}
	if err != nil {
		return out, errors.Join(err, os.Remove(out.path))
	}
	return out, nil
}

func (w window) writeLines(ctx context.Context, d *run.Deps, out *json.Encoder, counts *written) error {
	if err := out.Encode(header{archiveFormat, archiveVersion, w.stream, w.channel, w.from, w.until}); err != nil {
		return err
	}
	err := w.each(ctx, d, func(m Message) error {
		counts.messages++
		return out.Encode(line{Message: &m})
	})
	if err != nil {
		return err
	}
	activities, err := w.activities(ctx, d, w.from, w.until)
	if err != nil {
		return err
	}
	counts.activities = len(activities)
	for i := range activities {
		if err := out.Encode(line{Activity: &activities[i]}); err != nil {
			return err
		}
	}
	viewers, err := w.viewers(ctx, d)
	if err != nil {
		return err
	}
	for i := range viewers {
		if err := out.Encode(line{Viewers: &viewers[i]}); err != nil {
			return err
		}
	}
	gaps, err := w.gaps(ctx, d)
	if err != nil {
		return err
	}
	for i := range gaps {
		if err := out.Encode(line{Gap: &gaps[i]}); err != nil {
			return err
		}
	}
	return nil
}
