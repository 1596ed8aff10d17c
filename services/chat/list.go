package chat

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// ListMessages asks for a page of messages.
type ListMessages struct {
	// Channel is the id of the channel on its platform.
	Channel string `query:"channel" json:"-"`
	// Stream is one that they were written during.
	Stream string `query:"stream" json:"-"`
	// User is the id of who wrote them.
	User string `query:"user" json:"-"`
	// Q are words: all of them, "a phrase", one or the other, -without.
	Q string `query:"q" json:"-"`
	// From and To are times in RFC 3339, From included and To not.
	From   time.Time `query:"from" json:"-"`
	To     time.Time `query:"to" json:"-"`
	Cursor string    `query:"cursor" json:"-"`
	Limit  int       `query:"limit" json:"-"`
	// Sort is "-sentAt", the newest first (the default), or "sentAt".
	Sort string `query:"sort" json:"-"`
}

// Validate tells when the sort is none, or nothing can be found by the words.
func (r ListMessages) Validate() error {
	if err := api.OneOf("sort", r.Sort, "sentAt", "-sentAt"); err != nil {
		return err
	}
	if r.Q != "" && !strings.ContainsFunc(r.Q, func(c rune) bool { return unicode.IsLetter(c) || unicode.IsNumber(c) }) || strings.ContainsRune(r.Q, 0) {
		return fault.Field("q", "words have letters or digits")
	}
	return nil
}

var listMessages = api.Get("/api/chat", "lists and searches what was written", api.Viewers,
	func(ctx context.Context, d *run.Deps, req ListMessages) (api.List[Message], error) {
		req.Limit = api.Limit(req.Limit)
		w, where, err := scopeOf(ctx, d, "m", req.Stream, req.Channel, req.User, req.From, req.To)
		if err != nil {
			return api.List[Message]{}, err
		}
		if w.faded {
			return listFaded(ctx, d, w, req)
		}
		list, err := req.find(ctx, d, where)
		if err != nil {
			return api.List[Message]{}, err
		}
		w.placeMessages(list)
		hideDeleted(ctx, list)
		return api.Page(list, req.Limit, messageCursor), nil
	})

func messageCursor(last Message) string { return api.TimeCursor(last.SentAt, last.ID) }

// find reads a page and one message more. Most often the last days have them, and the others need not be
// looked at: what is kept with an earlier day was written earlier.
func (r ListMessages) find(ctx context.Context, d *run.Deps, where api.Where) ([]Message, error) {
	at, _, err := api.ParseTimeCursor(r.Cursor)
	if err != nil {
		return nil, err
	}
	newest := time.Now()
	if !r.To.IsZero() && r.To.Before(newest) {
		newest = r.To
	}
	if at != nil {
		newest = *at
	}
	if since := newest.UTC().Truncate(24 * time.Hour).Add(-48 * time.Hour); r.Stream == "" && r.Sort != "sentAt" {
		recent := where.Clone()
		recent.Add("m.day >= ?", since)
		list, err := r.read(ctx, d, recent)
		if err != nil || len(list) > r.Limit && !list[r.Limit].SentAt.Before(since) {
			return list, err
		}
	}
	return r.read(ctx, d, where)
}

func (r ListMessages) read(ctx context.Context, d *run.Deps, where api.Where) ([]Message, error) {
	sql, err := r.query(&where, seesDeleted(ctx))
	if err != nil {
		return nil, err
	}
	return query(ctx, d.DB, scanMessage, sql, where.Values()...)
}

// query is the statement for a page and one message more.
func (r ListMessages) query(where *api.Where, deleted bool) (string, error) {
	if r.Q != "" {
		where.Add("m.words @@ websearch_to_tsquery('simple', ?)", r.Q)
		if !deleted { // nor can their words be guessed
			where.Add("not exists (select from deletion(m.owner, m.channel, m.id, m.person, m.at))")
		}
	}
	direction, beyond := "desc", "<"
	if r.Sort == "sentAt" {
		direction, beyond = "asc", ">"
	}
	at, id, err := api.ParseTimeCursor(r.Cursor)
	if err != nil {
		return "", err
	}
	if at != nil {
		where.Add("(m.at, m.id) "+beyond+" (?, ?)", *at, id)
	}
	order := fmt.Sprintf("order by m.at %s, m.id %s", direction, direction)
	return fmt.Sprintf("select %s from (select * from message m where %s %s limit %d) m %s %s",
		messageColumns, where.SQL(), order, r.Limit+1, withDeletion, order), nil
}

// scopeOf is where to look: in the rows of a table that are of a stream, a channel, a person, a time.
func scopeOf(ctx context.Context, d *run.Deps, table, stream, channel, person string, from, to time.Time) (window, api.Where, error) {
	var w window
	var where api.Where
	owner := api.OwnerOf(ctx)
	for name, id := range map[string]string{"channel": channel, "user": person} {
		if strings.ContainsRune(id, 0) {
			return w, where, fault.Field(name, "this is no id")
		}
	}
	where.Add(table+".owner = ?", owner)
	if stream != "" {
		var err error
		if w, err = findWindow(ctx, d, owner, stream); err != nil {
			return w, where, err
		}
		where.Add(table+".at >= ?", w.from)
		where.Add(table+".at < ?", w.until)
		if channel == "" {
			channel = w.channel
		}
	}
	if channel != "" {
		where.Add(table+".channel = ?", channel)
	}
	if person != "" {
		where.Add(table+".person = ?", person)
	}
	if !from.IsZero() {
		where.Add(table+".at >= ?", from)
	}
	if !to.IsZero() {
		where.Add(table+".at < ?", to)
	}
	return w, where, nil
}
