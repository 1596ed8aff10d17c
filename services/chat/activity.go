package chat

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// Activity is something that happened in a channel that is no message.
type Activity struct {
	// ID is the same whenever the same thing is told.
	ID      string    `json:"id"`
	Channel string    `json:"channel"`
	Seq     int64     `json:"seq"`
	SeenAt  time.Time `json:"seenAt"`
	// At is the stream time in seconds; absent unless a stream was asked for.
	At *float64 `json:"at,omitempty"`
	// Kind is follow, subscription, raid and so on.
	Kind string `json:"kind"`
	// Phase of what takes a while: begin, progress, lock or end.
	Phase string `json:"phase,omitempty"`
	// Type is the platform's name for it.
	Type string `json:"type"`
	// Alert is false for what is only book-keeping.
	Alert     bool           `json:"alert"`
	Person    *events.Person `json:"person,omitempty"`
	Target    *events.Person `json:"target,omitempty"`
	Anonymous bool           `json:"anonymous,omitempty"`
	// Amount is how much of it, by its kind: viewers, bits, gifts, points, seconds.
	Amount int    `json:"amount,omitempty"`
	Months int    `json:"months,omitempty"`
	Streak int    `json:"streak,omitempty"`
	Tier   string `json:"tier,omitempty"`
	Title  string `json:"title,omitempty"`
	Text   string `json:"text,omitempty"`
	Group  string `json:"group,omitempty"`
	Status string `json:"status,omitempty"`
	// Found is true when it was found afterwards, in a gap.
	Found bool `json:"found,omitempty"`
}

// activityColumns are what scanActivity reads of activity a, whose data is the event: its fields are called as
// those of Activity are, but for the id. Of what was told by several types one row is shown.
const (
	activityColumns = `a.data, a.data->>'activity', a.seq, a.at`
	activityOnce    = `not exists (select from activity o where o.owner = a.owner and o.channel = a.channel and o.id = a.id and (o.alert, o.type) > (a.alert, a.type))`
)

func scanActivity(row pgx.CollectableRow) (Activity, error) {
	var a Activity
	err := row.Scan(&a, &a.ID, &a.Seq, &a.SeenAt) // the event first: it empties what it does not have
	return a, err
}

// ListActivity asks for a page of activities, the newest first.
type ListActivity struct {
	// Channel is the id of the channel on its platform.
	Channel string `query:"channel" json:"-"`
	// Stream is one that they happened during.
	Stream string `query:"stream" json:"-"`
	// Kind is follow, subscription, raid and so on.
	Kind string `query:"kind" json:"-"`
	// User is the id of who did it.
	User string `query:"user" json:"-"`
	// From and To are times in RFC 3339, From included and To not.
	From   time.Time `query:"from" json:"-"`
	To     time.Time `query:"to" json:"-"`
	Cursor string    `query:"cursor" json:"-"`
	Limit  int       `query:"limit" json:"-"`
}

// Validate tells when the kind is none.
func (r ListActivity) Validate() error {
	if strings.ContainsRune(r.Kind, 0) {
		return fault.Field("kind", "there is no such kind")
	}
	return nil
}

var listActivity = api.Get("/api/activity", "lists what was done in channels", api.Viewers,
	func(ctx context.Context, d *run.Deps, req ListActivity) (api.List[Activity], error) {
		req.Limit = api.Limit(req.Limit)
		w, where, err := scopeOf(ctx, d, "a", req.Stream, req.Channel, req.User, req.From, req.To)
		if err != nil {
			return api.List[Activity]{}, err
		}
		at, id, err := api.ParseTimeCursor(req.Cursor)
		if err != nil {
			return api.List[Activity]{}, err
		}
		if w.faded {
			return activityFaded(ctx, d, w, req, at, id)
		}
		if req.Kind != "" {
			where.Add("a.kind = ?", req.Kind)
		}
		if at != nil {
			where.Add("(a.at, a.id) < (?, ?)", *at, id)
		}
		list, err := query(ctx, d.DB, scanActivity, fmt.Sprintf("select %s from activity a where %s and %s order by a.at desc, a.id desc limit %d",
			activityColumns, where.SQL(), activityOnce, req.Limit+1), where.Values()...)
		if err != nil {
			return api.List[Activity]{}, err
		}
		w.placeActivities(list)
		return api.Page(list, req.Limit, activityCursor), nil
	})

func activityCursor(last Activity) string { return api.TimeCursor(last.SeenAt, last.ID) }
