package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/afterglow-live/afterglow/pkg/es"
)

type importCmd struct {
	Files     []string  `arg:"" help:"Recordings to import, or folders of recordings." name:"file"`
	Stream    string    `help:"Stream they belong to." xor:"where" placeholder:"ID"`
	Title     string    `help:"Title of the new stream; otherwise each file finds the stream of what was recorded within ten minutes of it, or gets one of its own, named after it." xor:"where"`
	StartedAt time.Time `help:"When the recording began, for instance 2026-01-31T20:00:00Z; otherwise its name or its file tells." name:"started-at" format:"2006-01-02T15:04:05Z07:00" placeholder:"TIME"`
	Wait      bool      `help:"Wait until each can be played, or is refused."`
	JSON      bool      `help:"Print JSON lines; the last one for a file is its clip." name:"json"`
}

// clip is what import shows of a clip.
type clip struct {
	ID     string `json:"id"`
	Stream string `json:"streamId"`
	State  string `json:"state"`
	Reason string `json:"reason"`
}

// Run imports the files one after the other; one that fails does not stop the others.
func (c *importCmd) Run(ctx context.Context, cli *CLI, t *terminal) error {
	conn, caller, stop, err := cli.asOwner(ctx, t.log)
	if err != nil {
		return err
	}
	defer stop()
	here := inside{conn: conn, caller: caller}
	im := &importer{platform: here, t: t, stream: c.Stream, title: c.Title, json: c.JSON}
	if c.Wait {
		im.wait = &here
	}
	if !c.StartedAt.IsZero() {
		im.startedAt = &c.StartedAt
	}
	files, err := recordingsOf(c.Files)
	failed := []error{err}
	if c.Title != "" && len(files) > 1 {
		if err := im.makeStream(ctx); err != nil {
			return err
		}
	}
	for _, r := range files {
		if err := im.file(ctx, r); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", r.path, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(failed...)
}

// importer puts files through the same endpoints as the page.
type importer struct {
	platform
	t         *terminal
	stream    string
	title     string
	startedAt *time.Time
	// wait is where to look until each clip can be played or is refused; nil does not wait.
	wait *inside
	json bool
}

// makeStream makes one stream for all files.
func (im *importer) makeStream(ctx context.Context) error {
	var made struct {
		ID string `json:"id"`
	}
	body := map[string]any{"title": im.title}
	if im.startedAt != nil {
		body["startedAt"] = im.startedAt
	}
	if err := im.call(ctx, "POST /api/streams", nil, body, &made); err != nil {
		return err
	}
	im.stream, im.title = made.ID, ""
	return nil
}

func (im *importer) file(ctx context.Context, r recording) error {
	bar := newBar(im.t.err, "sending "+filepath.Base(r.path))
	raw, made, err := im.take(ctx, r, bar)
	if err == nil && im.wait != nil {
		raw, made, err = im.follow(ctx, made, bar)
	}
	bar.end()
	if err != nil {
		return err
	}
	return im.print(r.path, made, raw)
}

func (im *importer) print(name string, made clip, raw json.RawMessage) error {
	if im.json {
		if err := printJSON(im.t.out, raw); err != nil {
			return err
		}
	}
	if made.State == "refused" || made.State == "failed" {
		return errors.New(made.Reason)
	}
	if im.json {
		return nil
	}
	state := map[string]string{"packaged": "can be played", "registered": "is being made playable", "probed": "is being made playable"}[made.State]
	_, err := fmt.Fprintf(im.t.out, "%s %s: clip %s of stream %s\n", filepath.Base(name), state, made.ID, made.Stream)
	return err
}

// follow watches the work on the clip until it has ended.
func (im *importer) follow(ctx context.Context, made clip, bar *bar) (json.RawMessage, clip, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var last es.Live
	var now clip
	var failure error
	look := func(doc es.Live) {
		if doc.Owner != im.wait.caller.Owner || doc.Rev < last.Rev {
			return
		}
		switch doc.Topic {
		case "jobs":
			failure = errors.Join(failure, bar.jobs(doc.Value, made.ID))
		case "clip/" + made.ID:
			last = doc
			if err := json.Unmarshal(doc.Value, &now); err != nil {
				failure = err
			}
		}
		if failure != nil || now.State == "packaged" || now.State == "refused" || now.State == "failed" {
			cancel()
		}
	}
	err := im.wait.conn.Watch(ctx, func() {
		if doc, err := im.wait.conn.Document(ctx, im.wait.caller.Owner, "clip/"+made.ID); err == nil {
			look(doc)
		}
	}, look)
	if failure != nil {
		return nil, now, failure
	}
	if now.State == "registered" || now.State == "probed" || now.State == "" {
		return nil, now, fmt.Errorf("waiting for the clip %s: %w", made.ID, err)
	}
	return last.Value, now, nil
}
