package chat

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// window is what belongs to a stream: what happened in its channel during a time.
type window struct {
	owner, stream string
	live          bool
	// from is stream time zero; until is not included.
	from, until time.Time
	// channel is empty while it is not known.
	channel string
	// key of the archive; empty when there is none.
	key string
	// erased is when somebody last had removed what they wrote.
	erased time.Time
	// faded is true when the tables no longer have all of it, and the archive has the rest.
	faded bool
}

// findWindow finds the window of a stream; fault.NotFound when there is no such stream.
func findWindow(ctx context.Context, d *run.Deps, owner, stream string) (window, error) {
	w := window{owner: owner, stream: stream}
	if !events.IsToken(stream) {
		return w, noStream(stream)
	}
	var until, erased *time.Time
	var key *string
	err := d.DB.QueryRow(ctx, `select live, started_at, until, channel, key, faded, (select max(at) from erased where owner = $1)
		from span where owner = $1 and id = $2`, owner, stream).
		Scan(&w.live, &w.from, &until, &w.channel, &key, &w.faded, &erased)
	if errors.Is(err, pgx.ErrNoRows) {
		return w, noStream(stream)
	}
	if err != nil {
		return w, err
	}
	if w.until = time.Now().UTC(); until != nil {
		w.until = *until
	}
	if key != nil {
		w.key = *key
	}
	if erased != nil {
		w.erased = *erased
	}
	if w.channel == "" { // then it is the only one in which something was written meanwhile
		err = d.DB.QueryRow(ctx, `select coalesce(min(channel), '') from message where owner = $1 and at >= $2 and at < $3 having count(distinct channel) <= 1`,
			owner, w.from, w.until).Scan(&w.channel)
		if errors.Is(err, pgx.ErrNoRows) {
			err = nil
		}
	}
	return w, err
}

func noStream(id string) error { return fault.New(fault.NotFound, "there is no stream %s", id) }

// at is the stream time of a moment, in seconds.
func (w window) at(moment time.Time) float64 {
	return float64(moment.Sub(w.from).Milliseconds()) / 1000
}

// moment is when a stream time in seconds is.
func (w window) moment(at float64) time.Time {
	return w.from.Add(time.Duration(at * float64(time.Second)))
}

// placeMessages gives messages their stream time; without a stream they have none.
func (w window) placeMessages(list []Message) {
	for i := range list {
		if w.stream != "" {
			at := w.at(list[i].SentAt)
			list[i].At = &at
		}
	}
}

func (w window) placeActivities(list []Activity) {
	for i := range list {
		if w.stream != "" {
			at := w.at(list[i].SeenAt)
			list[i].At = &at
		}
	}
}

// place is where a message is in a window: they are in the order of their times, and of their ids among
// those of the same time.
type place struct {
	at time.Time
	id string
}

func placeOf(m Message) place { return place{m.SentAt, m.ID} }

func (p place) compare(other place) int {
	return cmp.Or(p.at.Compare(other.at), cmp.Compare(p.id, other.id))
}

// messages are those of the window after a place and before a moment, the oldest first, at most so many.
func (w window) messages(ctx context.Context, d *run.Deps, after place, until time.Time, limit int) ([]Message, error) {
	list, err := query(ctx, d.DB, scanMessage, `select `+messageColumns+` from `+messageTable+`
		where m.owner = $1 and m.channel = $2 and (m.at, m.id) > ($3, $4) and m.at < $5 order by m.at, m.id limit $6`,
		w.owner, w.channel, after.at, after.id, until, limit)
	if err == nil && w.faded {
		list, err = w.join(ctx, d, list, after, until, limit)
	}
	w.placeMessages(list)
	return list, err
}

// join adds what the archive has to what the tables have.
func (w window) join(ctx context.Context, d *run.Deps, list []Message, after place, until time.Time, limit int) ([]Message, error) {
	sealed, err := w.archived(ctx, d)
	if err != nil {
		return nil, err
	}
	there := map[string]bool{}
	for _, m := range list {
		there[m.ID] = true
	}
	first, found := slices.BinarySearchFunc(sealed.messages, after, func(m Message, p place) int { return placeOf(m).compare(p) })
	if found {
		first++
	}
	added := 0
	for _, m := range sealed.messages[first:] {
		if !m.SentAt.Before(until) || added == limit {
			break
		}
		if !there[m.ID] && !sealed.erased.has(m.User.ID, m.SentAt) {
			m.forget(func(person string) bool { return sealed.erased.has(person, m.SentAt) })
			list = append(list, m)
			added++
		}
	}
	slices.SortFunc(list, func(a, b Message) int { return placeOf(a).compare(placeOf(b)) })
	return list[:min(len(list), limit)], nil
}

// pageSize is how many messages are read at once when all of them are.
const pageSize = 5000

// each calls f with every message of the window, the oldest first.
func (w window) each(ctx context.Context, d *run.Deps, f func(Message) error) error {
	for after := (place{at: w.from}); ; {
		list, err := w.messages(ctx, d, after, w.until, pageSize)
		if err != nil {
			return err
		}
		for _, m := range list {
			if err := f(m); err != nil {
				return err
			}
		}
		if len(list) < pageSize {
			return nil
		}
		after = placeOf(list[len(list)-1])
	}
}

// activities are those of the window between two moments, the oldest first.
func (w window) activities(ctx context.Context, d *run.Deps, from, until time.Time) ([]Activity, error) {
	list, err := query(ctx, d.DB, scanActivity, `select `+activityColumns+` from activity a
		where a.owner = $1 and a.channel = $2 and a.at >= $3 and a.at < $4 and `+activityOnce+` order by a.at, a.id`,
		w.owner, w.channel, from, until)
	if err != nil || !w.faded {
		w.placeActivities(list)
		return list, err
	}
	sealed, err := w.archived(ctx, d)
	if err != nil {
		return nil, err
	}
	there := map[string]bool{}
	for _, a := range list {
		there[a.ID] = true
	}
	for _, a := range sealed.activities {
		if a.SeenAt.Before(from) || !a.SeenAt.Before(until) || there[a.ID] || a.Person != nil && sealed.erased.has(a.Person.ID, a.SeenAt) {
			continue
		}
		if a.Target != nil && sealed.erased.has(a.Target.ID, a.SeenAt) {
			a.Target = nil
		}
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b Activity) int { return cmp.Or(a.SeenAt.Compare(b.SeenAt), cmp.Compare(a.ID, b.ID)) })
	w.placeActivities(list)
	return list, nil
}
