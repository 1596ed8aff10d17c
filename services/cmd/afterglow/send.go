package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

const (
	// sending is how many parts are under way at once.
	sending = 3
	// sendTries is how often one part is put before the upload is given up.
	sendTries = 5
)

// errChanged tells that a file is another one than when it was looked at.
var errChanged = errors.New("the file was changed while it was sent")

// upload is what the service says of one.
type upload struct {
	ID       string `json:"id"`
	PartSize int64  `json:"partSize"`
	Parts    []struct {
		Number int    `json:"number"`
		URL    string `json:"url"`
	} `json:"parts"`
	Arrived []struct {
		Number int   `json:"number"`
		Size   int64 `json:"size"`
	} `json:"arrived"`
}

// take sends a file and makes a clip of it. It goes on where an earlier run stopped.
func (im *importer) take(ctx context.Context, r recording, bar *bar) (json.RawMessage, clip, error) {
	f, err := os.Open(r.path)
	if err != nil {
		return nil, clip{}, err
	}
	defer func() { _ = f.Close() }()
	up, err := im.begin(ctx, r)
	if err != nil {
		return nil, clip{}, err
	}
	s := &sender{im: im, upload: up, file: f, size: r.size, bar: bar}
	if err := s.send(ctx); err != nil {
		return nil, clip{}, err
	}
	this := map[string]string{"upload": up.ID}
	info, err := f.Stat()
	if err != nil {
		return nil, clip{}, err
	}
	if now := recordingOf(r.path, info); now.size != r.size || !now.modified.Equal(r.modified) {
		return nil, clip{}, errors.Join(errChanged, im.call(ctx, "DELETE /api/uploads/{upload}", this, nil, nil))
	}
	bar.stage("checking "+filepath.Base(r.path), 100)
	var raw json.RawMessage
	if err := im.call(ctx, "POST /api/uploads/{upload}/complete", this, nil, &raw); err != nil {
		return nil, clip{}, err
	}
	var made clip
	return raw, made, json.Unmarshal(raw, &made)
}

// begin finds the upload of the file that an earlier run has begun, or announces the file.
func (im *importer) begin(ctx context.Context, r recording) (upload, error) {
	body := map[string]any{"name": filepath.Base(r.path), "size": r.size, "streamId": im.stream, "title": im.title}
	if at, ok := r.started(); ok {
		body["startedAt"] = at
	}
	if im.startedAt != nil {
		body["startedAt"] = im.startedAt
	}
	ended, ok := r.ended()
	if ok {
		body["endedAt"] = ended
		up, err := im.begun(ctx, r, ended)
		if err != nil || up.ID != "" {
			return up, err
		}
	}
	var up upload
	return up, im.call(ctx, "POST /api/uploads", nil, body, &up)
}

// begun finds an unfinished upload by the file's name, size and time; without an id there is none.
func (im *importer) begun(ctx context.Context, r recording, ended time.Time) (upload, error) {
	var known api.List[struct {
		ID       string     `json:"id"`
		StreamID string     `json:"streamId"`
		Title    string     `json:"title"`
		EndedAt  *time.Time `json:"endedAt"`
	}]
	file := map[string]string{"name": filepath.Base(r.path), "size": fmt.Sprint(r.size)}
	if err := im.call(ctx, "GET /api/uploads", file, nil, &known); err != nil {
		return upload{}, err
	}
	for _, u := range known.Items {
		if u.EndedAt == nil || !u.EndedAt.Equal(ended) || u.StreamID != im.stream || u.Title != im.title {
			continue
		}
		up, err := im.upload(ctx, u.ID)
		if err == nil || !fault.Is(err, fault.NotFound) {
			return up, err
		}
	}
	return upload{}, nil
}

func (im *importer) upload(ctx context.Context, id string) (upload, error) {
	var up upload
	return up, im.call(ctx, "GET /api/uploads/{upload}", map[string]string{"upload": id}, nil, &up)
}

// sender puts the parts of a file where the upload says.
type sender struct {
	im   *importer
	file io.ReaderAt
	size int64
	bar  *bar
	sent atomic.Int64

	mu     sync.Mutex
	upload upload
}

// send puts all parts that have not arrived.
func (s *sender) send(ctx context.Context) error {
	arrived := map[int]int64{}
	for _, p := range s.upload.Arrived {
		arrived[p.Number] = p.Size
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(sending)
	parts := s.upload.Parts
	for i, p := range parts {
		section := s.section(p.Number)
		group.Go(func() error {
			if arrived[p.Number] != section.Size() {
				if err := s.put(ctx, i, section); err != nil {
					return fmt.Errorf("part %d of %d: %w", p.Number, len(parts), err)
				}
			}
			s.bar.set(float64(s.sent.Add(section.Size())) / float64(s.size) * 100)
			return nil
		})
	}
	return group.Wait()
}

// section is one part of the file.
func (s *sender) section(number int) *io.SectionReader {
	offset := int64(number-1) * s.upload.PartSize
	return io.NewSectionReader(s.file, offset, min(s.upload.PartSize, s.size-offset))
}

func (s *sender) put(ctx context.Context, i int, body *io.SectionReader) (err error) {
	for try := range sendTries {
		if try > 0 {
			if err := rest(ctx, time.Second<<(try-1)); err != nil {
				return err
			}
			if err := s.renew(ctx); err != nil {
				return err
			}
		}
		s.mu.Lock()
		url := s.upload.Parts[i].URL
		s.mu.Unlock()
		if err = putOnce(ctx, url, body); err == nil || ctx.Err() != nil {
			return err
		}
	}
	return err
}

// renew asks for the addresses anew: they hold for some hours.
func (s *sender) renew(ctx context.Context) error {
	now, err := s.im.upload(ctx, s.upload.ID)
	if fault.Is(err, fault.NotFound) {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil && len(now.Parts) == len(s.upload.Parts) {
		s.upload.Parts = now.Parts
	}
	return nil
}

// rest waits, or answers why it is not waited any longer.
func rest(ctx context.Context, wait time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(wait):
		return nil
	}
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
