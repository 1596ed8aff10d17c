package gateway

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

// odd are endpoints that are not simply done.
type odd struct {
	// calls counts those of /api/fickle.
	calls *atomic.Int32
	// began hears of a call of /api/slow, which ends once goOn is closed.
	began, goOn chan struct{}
}

func newOdd() odd {
	return odd{calls: new(atomic.Int32), began: make(chan struct{}, 1), goOn: make(chan struct{})}
}

func (o odd) endpoints() []run.Endpoint {
	return []run.Endpoint{
		api.Post("/api/fickle", "is not there for a while", api.Viewers, func(context.Context, *run.Deps, struct{}) (api.None, error) {
			o.calls.Add(1)
			return api.None{}, fault.New(fault.Unavailable, "come again").After(6500 * time.Millisecond)
		}),
		api.Post("/api/slow", "takes its time", api.Viewers, func(ctx context.Context, _ *run.Deps, _ struct{}) (stream, error) {
			o.began <- struct{}{}
			select {
			case <-o.goOn:
			case <-ctx.Done():
			}
			return stream{ID: "slow"}, ctx.Err()
		}),
		api.Post("/api/secrets", "tells a secret", api.Viewers, func(_ context.Context, _ *run.Deps, req credentials) (credentials, error) {
			if req.Secret == "" {
				return req, fault.Field("secret", "which one?")
			}
			return req, nil
		}).ToldOnce(),
	}
}

type rename struct {
	Stream string `path:"stream" json:"-"`
	Title  string `json:"title"`
}

var renameStream = api.Patch("/api/streams/{stream}", "gives a stream another title", api.Editors, func(ctx context.Context, d *run.Deps, req rename) (stream, error) {
	s := stream{ID: req.Stream, Title: req.Title}
	_, err := d.Decide(ctx, api.OwnerOf(ctx), "stream", req.Stream, func(ctx context.Context) (events.Event, error) {
		var there bool
		err := d.DB.QueryRow(ctx, "select exists (select from streams where owner = $1 and id = $2)", api.OwnerOf(ctx), req.Stream).Scan(&there)
		if err == nil && !there {
			err = fault.New(fault.NotFound, "there is no stream %s", req.Stream)
		}
		return events.StreamRenamed{Stream: req.Stream, Title: req.Title}, err
	})
	return s, err
}).Versioned("stream")

var careless = api.Post("/api/streams/{stream}/careless", "does not look at the version", api.Editors, func(context.Context, *run.Deps, streamRequest) (api.None, error) {
	return api.None{}, nil
}).Versioned("stream")

// db is the database of the platform.
func (s *site) db(t *testing.T) *pgxpool.Pool {
	t.Helper()
	db, err := pgxpool.New(t.Context(), s.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

// testPlatform is what a gateway that does not run stands on.
func testPlatform(t *testing.T) *run.Deps {
	t.Helper()
	return &run.Deps{Platform: testkit.Platform(t)}
}
