package chat

import (
	"cmp"
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
)

// Message is what somebody wrote.
type Message struct {
	// ID of the message on its platform.
	ID      string `json:"id"`
	Channel string `json:"channel"`
	// Seq is where it is on CHAT.
	Seq    int64     `json:"seq"`
	SentAt time.Time `json:"sentAt"`
	// At is the stream time in seconds; absent unless a stream was asked for.
	At   *float64 `json:"at,omitempty"`
	User User     `json:"user"`
	// Badges in front of the name.
	Badges []events.Badge `json:"badges"`
	// Text is absent for those who may not read what was taken away, and so are Fragments.
	Text      string            `json:"text"`
	Fragments []events.Fragment `json:"fragments"`
	// Bits that were cheered with it.
	Bits  int           `json:"bits,omitempty"`
	Reply *events.Reply `json:"reply,omitempty"`
	Kind  string        `json:"kind"`
	// Source is where a message of a shared chat was written.
	Source *events.Shared `json:"source,omitempty"`
	// Reward is the id of the reward that it was written for.
	Reward string `json:"reward,omitempty"`
	// Imported is true when it was added later from a file.
	Imported bool `json:"imported,omitempty"`
	// DeletedAt is when it was taken away.
	DeletedAt *time.Time `json:"deletedAt,omitempty"`
	// DeletedBy is what took it away: "message" by itself, "user" with all of that person, "all" with everything.
	DeletedBy string `json:"deletedBy,omitempty" jsonschema:"enum=message,enum=user,enum=all"`
}

// User is who wrote a message, as they were called then.
type User struct {
	ID    string `json:"id"`
	Login string `json:"login"`
	Name  string `json:"name"`
	Color string `json:"color,omitempty"`
}

// shown is the name to show.
func (u User) shown() string { return cmp.Or(u.Name, u.Login, "somebody") }

// messageColumns are what scanMessage reads of messages m with what took them away.
const (
	messageColumns = `m.id, m.channel, m.seq, m.at, m.person, m.login, m.name, m.color, m.text, m.bits, m.kind, m.reward, m.imported, m.extra, d.at, coalesce(d.by, '')`
	withDeletion   = `left join lateral deletion(m.owner, m.channel, m.id, m.person, m.at) d on true`
	messageTable   = `message m ` + withDeletion
)

func scanMessage(row pgx.CollectableRow) (Message, error) {
	var m Message
	var shown []byte
	err := row.Scan(&m.ID, &m.Channel, &m.Seq, &m.SentAt, &m.User.ID, &m.User.Login, &m.User.Name, &m.User.Color, &m.Text, &m.Bits, &m.Kind,
		&m.Reward, &m.Imported, &shown, &m.DeletedAt, &m.DeletedBy)
	if err != nil {
		return m, err
	}
	var e extra
	if err := json.Unmarshal(shown, &e); err != nil {
		return m, err
	}
	m.Badges, m.Fragments, m.Reply, m.Source = e.Badges, e.Fragments, e.Reply, e.Shared
	if m.Badges == nil {
		m.Badges = []events.Badge{}
	}
	if m.Fragments == nil {
		m.Fragments = []events.Fragment{{Kind: "text", Text: m.Text}}
	}
	return m, nil
}

// seesDeleted tells whether the caller may read what was taken away.
func seesDeleted(ctx context.Context) bool { return api.CallerOf(ctx).Role != api.Viewer }

// hideDeleted leaves out what only those may read who see what was taken away: also the text that an
// answer repeats may have been.
func hideDeleted(ctx context.Context, list []Message) {
	if seesDeleted(ctx) {
		return
	}
	for i := range list {
		m := &list[i]
		if m.DeletedAt != nil {
			m.Text, m.Fragments = "", []events.Fragment{}
		}
		if m.Reply != nil {
			reply := *m.Reply
			reply.Text = ""
			m.Reply = &reply
		}
	}
}

// query reads rows by a statement that is planned for its values: what is rare and what is common is
// found in different ways.
func query[T any](ctx context.Context, q es.Querier, scan pgx.RowToFunc[T], sql string, values ...any) ([]T, error) {
	rows, err := q.Query(ctx, sql, append([]any{pgx.QueryExecModeCacheDescribe}, values...)...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}
