package chat

import (
	"context"
	"slices"
	"time"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// listFaded answers a list of messages of a stream that the tables have only a part of.
func listFaded(ctx context.Context, d *run.Deps, w window, req ListMessages) (api.List[Message], error) {
	at, id, err := api.ParseTimeCursor(req.Cursor)
	if err != nil {
		return api.List[Message]{}, err
	}
	list := []Message{}
	err = w.each(ctx, d, func(m Message) error {
		wanted := (req.Channel == "" || m.Channel == req.Channel) && (req.User == "" || m.User.ID == req.User) &&
			(req.From.IsZero() || !m.SentAt.Before(req.From)) && (req.To.IsZero() || m.SentAt.Before(req.To)) &&
			(req.Q == "" || m.DeletedAt == nil || seesDeleted(ctx))
		if wanted {
			list = append(list, m)
		}
		return nil
	})
	if err == nil && req.Q != "" {
		list, err = having(ctx, d, list, req.Q)
	}
	if err != nil {
		return api.List[Message]{}, err
	}
	direction := 1
	if req.Sort != "sentAt" {
		slices.Reverse(list)
		direction = -1
	}
	if at != nil {
		list = slices.DeleteFunc(list, func(m Message) bool { return direction*placeOf(m).compare(place{*at, id}) <= 0 })
	}
	list = list[:min(len(list), req.Limit+1)]
	hideDeleted(ctx, list)
	return api.Page(list, req.Limit, messageCursor), nil
}

// having are the messages that have the words, as the database would find them.
func having(ctx context.Context, d *run.Deps, list []Message, words string) ([]Message, error) {
	texts := make([]string, len(list))
	for i, m := range list {
		texts[i] = m.Text
	}
	rows, err := d.DB.Query(ctx, `select number from unnest($1::text[]) with ordinality as t(text, number)
		where to_tsvector('simple', text) @@ websearch_to_tsquery('simple', $2) order by number`, texts, words)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := []Message{}
	for rows.Next() {
		var number int
		if err := rows.Scan(&number); err != nil {
			return nil, err
		}
		found = append(found, list[number-1])
	}
	return found, rows.Err()
}

// activityFaded answers a list of activities of a stream that the tables have only a part of.
func activityFaded(ctx context.Context, d *run.Deps, w window, req ListActivity, at *time.Time, id string) (api.List[Activity], error) {
	list, err := w.activities(ctx, d, w.from, w.until)
	if err != nil {
		return api.List[Activity]{}, err
	}
	list = slices.DeleteFunc(list, func(a Activity) bool {
		return req.Channel != "" && a.Channel != req.Channel || req.Kind != "" && a.Kind != req.Kind ||
			req.User != "" && (a.Person == nil || a.Person.ID != req.User) ||
			!req.From.IsZero() && a.SeenAt.Before(req.From) || !req.To.IsZero() && !a.SeenAt.Before(req.To) ||
			at != nil && (place{a.SeenAt, a.ID}).compare(place{*at, id}) >= 0
	})
	slices.Reverse(list)
	return api.Page(list[:min(len(list), req.Limit+1)], req.Limit, activityCursor), nil
}
