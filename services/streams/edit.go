package streams

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// GetStream asks for one stream.
type GetStream struct {
	Stream string `path:"stream" json:"-"`
}

var getStream = api.Get("/api/streams/{stream}", "shows one stream with its clips and markers", api.Viewers,
	func(ctx context.Context, d *run.Deps, req GetStream) (Stream, error) {
		return find(ctx, d.DB, api.OwnerOf(ctx), req.Stream)
	}).Versioned("stream")

// CreateStream makes a stream.
type CreateStream struct {
	Title string `json:"title"`
	// StartedAt is stream time zero on the wall clock; now when absent.
	StartedAt *time.Time `json:"startedAt,omitempty"`
}

// Validate tells what is wrong with the title or the time.
func (r CreateStream) Validate() error {
	if r.StartedAt != nil && (r.StartedAt.UTC().Year() < 1990 || r.StartedAt.UTC().Year() > 2100) {
		return fault.Field("startedAt", "this should be a time from 1990 to 2100")
	}
	return checkText("title", r.Title, 200)
}

var createStream = api.Post("/api/streams", "makes a stream", api.Editors,
	func(ctx context.Context, d *run.Deps, req CreateStream) (Stream, error) {
		e := events.StreamCreated{Stream: es.IDFrom(ctx), Title: strings.TrimSpace(req.Title), StartedAt: time.Now().UTC()}
		if req.StartedAt != nil {
			e.StartedAt = req.StartedAt.UTC()
		}
		p, err := d.Append(ctx, api.OwnerOf(ctx), e, es.Expect(0))
		if conflict := (*es.ConflictError)(nil); errors.As(err, &conflict) {
			p, err = conflict.Last, nil // the same command has made it before
		}
		if err != nil {
			return Stream{}, err
		}
		return after(ctx, d, p, e.Stream)
	})

// RenameStream gives a stream another title.
type RenameStream struct {
	Stream string `path:"stream" json:"-"`
	Title  string `json:"title"`
}

// Validate tells what is wrong with the title.
func (r RenameStream) Validate() error { return checkText("title", r.Title, 200) }

var renameStream = api.Patch("/api/streams/{stream}", "gives a stream another title", api.Editors,
	func(ctx context.Context, d *run.Deps, req RenameStream) (Stream, error) {
		title := strings.TrimSpace(req.Title)
		p, err := decide(ctx, d, api.OwnerOf(ctx), req.Stream, func(now current) (events.Event, error) {
			if now.title == title {
				return nil, nil
			}
			return events.StreamRenamed{Stream: req.Stream, Title: title}, nil
		})
		if err != nil {
			return Stream{}, err
		}
		return after(ctx, d, p, req.Stream)
	}).Versioned("stream")

// current is what a decision about a stream is made on.
type current struct {
	title     string
	published bool
	live      bool
	markers   int
	startedAt time.Time
}

// decide appends an event of the stream, decided on what the tables say.
func decide(ctx context.Context, d *run.Deps, owner, stream string, choose func(current) (events.Event, error), opts ...es.Option) (es.Position, error) {
	return d.Decide(ctx, owner, "stream", stream, func(ctx context.Context) (events.Event, error) {
		var now current
		err := d.DB.QueryRow(ctx, `select title, published, live, started_at, (select count(*) from marker where owner = $1 and stream = $2)
			from stream where owner = $1 and id = $2`, owner, stream).Scan(&now.title, &now.published, &now.live, &now.startedAt, &now.markers)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil, noStream(stream)
		}
		if err != nil {
			return nil, err
		}
		return choose(now)
	}, opts...)
}

// after reads the stream as it is once the tables have come to a write.
func after(ctx context.Context, d *run.Deps, p es.Position, stream string) (Stream, error) {
	if err := d.WaitFor(ctx, p); err != nil {
		return Stream{}, err
	}
	return find(ctx, d.DB, api.OwnerOf(ctx), stream)
}

func checkText(field, text string, most int) error {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return fault.Field(field, "this is needed")
	case utf8.RuneCountInString(text) > most:
		return fault.Field(field, "at most %d characters", most)
	case strings.ContainsAny(text, "\n\r\x00"):
		return fault.Field(field, "one line, please")
	}
	return nil
}
