package streams

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// Live is what is on air: the newest live stream, which is on or over.
type Live struct {
	// Live is true from the first source on until the stream has ended, also while it waits for a source to
	// come back.
	Live bool `json:"live"`
	// Stream that it is; absent when there was none yet.
	Stream string `json:"stream,omitempty"`
	Title  string `json:"title,omitempty"`
	// Channel is the id of the channel that it is seen on, if it is known.
	Channel string `json:"channel,omitempty"`
	// StartedAt is stream time zero on the wall clock.
	StartedAt *time.Time `json:"startedAt,omitempty"`
	// Sources that hold it.
	Sources []LiveSource `json:"sources"`
	// DroppedAt is when the last source left; it has until GraceUntil to come back.
	DroppedAt  *time.Time `json:"droppedAt,omitempty"`
	GraceUntil *time.Time `json:"graceUntil,omitempty"`
	EndedAt    *time.Time `json:"endedAt,omitempty"`
}

// LiveSource is something that holds a live stream.
type LiveSource struct {
	Source string    `json:"source" jsonschema:"enum=twitch,enum=obs,enum=button"`
	Since  time.Time `json:"since"`
}

// loadLive reads what is on air; pgx.ErrNoRows when nothing ever was.
func loadLive(ctx context.Context, q es.Querier, owner string) (Live, error) {
	b, err := newestBroadcast(ctx, q, owner)
	if err == nil && b.stream == "" {
		err = pgx.ErrNoRows
	}
	return b.show(), err
}

// show is the broadcast as people see it.
func (b broadcast) show() Live {
	v := Live{Live: b.live(), Stream: b.stream, Title: b.title, Channel: b.channel, Sources: []LiveSource{}, DroppedAt: b.droppedAt, EndedAt: b.endedAt}
	if b.stream != "" {
		v.StartedAt = &b.startedAt
	}
	if until, waits := b.waits(); waits {
		v.GraceUntil = &until
	}
	for _, h := range b.sources {
		v.Sources = append(v.Sources, LiveSource{h.name, h.since})
	}
	return v
}

var getLive = api.Get("/api/live", "shows what is on air", api.Viewers,
	func(ctx context.Context, d *run.Deps, _ struct{}) (Live, error) { return look(ctx, d) })

func look(ctx context.Context, d *run.Deps) (Live, error) {
	b, err := newestBroadcast(ctx, d.DB, api.OwnerOf(ctx))
	return b.show(), err
}

// StartLive begins a live stream.
type StartLive struct {
	// Title of the stream if there is none yet; else that of the channel is taken, or the day.
	Title string `json:"title,omitempty"`
}

// Validate tells what is wrong with the title.
func (r StartLive) Validate() error {
	if r.Title == "" {
		return nil
	}
	return checkText("title", r.Title, 200)
}

var startLive = api.Post("/api/live/start", "begins a live stream, or holds the one that is on", api.Editors,
	func(ctx context.Context, d *run.Deps, req StartLive) (Live, error) {
		err := press(ctx, d, func(b broadcast, now time.Time) events.Event {
			until, waits := b.waits()
			switch {
			case !b.live():
				title := strings.TrimSpace(req.Title)
				if title == "" {
					title = b.titleOf("", now)
				}
				return b.begin(fromButton, "", title, now)
			case waits && now.After(until):
				return b.end(*b.droppedAt)
			case waits:
				return events.BroadcastResumed{Broadcast: broadcastID, Stream: b.stream, Source: fromButton, At: now}
			case !b.holds(fromButton):
				return events.BroadcastJoined{Broadcast: broadcastID, Stream: b.stream, Source: fromButton, At: now}
			}
			return nil
		})
		if err == nil { // others may be on already
			err = settle(ctx, d, api.OwnerOf(ctx), time.Now())
		}
		if err != nil {
			return Live{}, err
		}
		return look(ctx, d)
	})

var stopLive = api.Post("/api/live/stop", "ends the live stream at once, whatever holds it", api.Editors,
	func(ctx context.Context, d *run.Deps, _ struct{}) (Live, error) {
		err := press(ctx, d, func(b broadcast, now time.Time) events.Event {
			switch {
			case !b.live():
				return nil
			case b.droppedAt != nil:
				return b.end(*b.droppedAt)
			case now.Before(b.startedAt):
				return b.end(b.startedAt)
			}
			return b.end(now)
		})
		if err != nil {
			return Live{}, err
		}
		return look(ctx, d)
	})

// press says what follows from a button, until nothing does.
func press(ctx context.Context, d *run.Deps, choose func(broadcast, time.Time) events.Event) error {
	now := time.Now().UTC().Truncate(time.Microsecond)
	for {
		p, err := decideBroadcast(ctx, d, api.OwnerOf(ctx), func(b broadcast) events.Event { return choose(b, now) })
		if err != nil || p.Seq == 0 {
			return err
		}
	}
}

// AddLiveMarker flags this moment of what is on air.
type AddLiveMarker struct {
	Label string `json:"label"`
	// Source is where it is flagged: "hotkey", "obs" or "api"; empty is the page.
	Source string `json:"source,omitempty"`
}

// Validate tells what is wrong with the label or the source.
func (r AddLiveMarker) Validate() error {
	if err := api.OneOf("source", r.Source, "hotkey", "obs", "api"); err != nil {
		return err
	}
	return checkText("label", r.Label, 200)
}

var addLiveMarker = api.Post("/api/live/markers", "flags this moment of what is on air", api.Moderators,
	func(ctx context.Context, d *run.Deps, req AddLiveMarker) (Marker, error) {
		b, err := newestBroadcast(ctx, d.DB, api.OwnerOf(ctx))
		if err != nil {
			return Marker{}, err
		}
		if !b.live() {
			return Marker{}, fault.New(fault.Conflict, "nothing is live; begin a stream first, or add the marker to the stream that it is about")
		}
		m := markerOf(ctx, req.Label, req.Source)
		return m, flag(ctx, d, api.OwnerOf(ctx), b.stream, &m, nil)
	})
