package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	// sending is how many parts are under way at once.
	sending = 3
	// sendTries is how often one part is put before the upload is given up.
	sendTries = 5
)

// send puts all parts of a file where the upload says.
func (u upload) send(ctx context.Context, f io.ReaderAt, size int64, bar *bar) error {
	var sent atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(sending)
	for _, part := range u.Parts {
		group.Go(func() error {
			section := u.section(f, size, part.Number)
			if err := put(ctx, part.URL, section); err != nil {
				return fmt.Errorf("part %d of %d: %w", part.Number, len(u.Parts), err)
			}
			bar.set(float64(sent.Add(section.Size())) / float64(size) * 100)
			return nil
		})
	}
	return group.Wait()
}

func put(ctx context.Context, url string, body *io.SectionReader) (err error) {
	for try := range sendTries {
		if try > 0 {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Second << (try - 1)):
			}
		}
		if err = putOnce(ctx, url, body); err == nil || ctx.Err() != nil {
			return err
		}
	}
	return err
}

func putOnce(ctx context.Context, url string, body *io.SectionReader) error {
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, url, io.NopCloser(body))
	if err != nil {
		return err
	}
	req.ContentLength = body.Size()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(res.Body, 500))
		return fmt.Errorf("the object store answered %s: %s", res.Status, text)
	}
	return nil
}
