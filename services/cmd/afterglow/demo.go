package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/media"
	"github.com/afterglow-live/afterglow/pkg/run"
)

const (
	demoTitle = "A sample stream"
	demoFile  = "sample.mp4"
	// demoSeconds is the length of the sample.
	demoSeconds = 30
)

// importDemo makes a sample recording and imports it, as soon as there is an account to own it.
func importDemo(ctx context.Context, p run.Platform, t *terminal) error {
	caller, err := ownerAccount(ctx, p.Logs, true)
	if err != nil {
		return err
	}
	var known api.List[struct {
		Name string `json:"name"`
	}]
	if err := call(ctx, p.Logs, caller, "GET /api/clips", map[string]string{"limit": "200"}, nil, &known); err != nil {
		return err
	}
	for _, c := range known.Items {
		if c.Name == demoFile {
			return nil
		}
	}
	dir, err := os.MkdirTemp(p.Work, "demo-")
	if err != nil {
		return fmt.Errorf("a place to work: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, demoFile)
	if err := media.Sample(ctx, file, demoSeconds); err != nil {
		return err
	}
	im := &importer{platform: inside{conn: p.Logs, caller: caller}, t: &terminal{out: io.Discard, err: io.Discard, log: t.log}, title: demoTitle}
	if err := im.makeStreamOf(ctx, file); err != nil {
		return fmt.Errorf("importing the sample: %w", err)
	}
	fmt.Fprintf(t.out, "The sample stream is being made playable: %s\n", p.Config.URL())
	return nil
}

// makeStreamOf makes the sample's stream with markers, and imports the file into it.
func (im *importer) makeStreamOf(ctx context.Context, file string) error {
	if err := im.makeStream(ctx); err != nil {
		return err
	}
	for label, at := range map[string]float64{"Hello": 2, "The colours turn": 12, "Nearly over": 27} {
		body := map[string]any{"label": label, "at": at}
		if err := im.call(ctx, "POST /api/streams/{stream}/markers", map[string]string{"stream": im.stream}, body, nil); err != nil {
			return err
		}
	}
	r, err := recordingAt(file)
	if err != nil {
		return err
	}
	return im.file(ctx, r)
}
