package chat

import (
	"context"
	_ "embed"
	"encoding/json"
	"math"
	"strings"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

//go:embed history.sql
var historySQL string

// history is the read model of what was written and done. The two logs that it reads come in any order,
// so what a fact of the one does to the other's rows does not depend on which is folded first.
var history = es.Projection{
	Name: "chat_history", Version: 1, SQL: historySQL,
	Handle: []es.Handler[*es.Tx]{
		es.On(messageSent), es.On(messageDeleted), es.On(userCleared), es.On(chatCleared), es.On(activitySeen), es.On(viewersCounted),
		es.On(historyExpired), es.On(erasureRequested), es.On(personErased), es.On(archiveSealed), es.On(archiveDropped),
		es.On(gapDetected), es.On(gapFilled), es.On(connectionOpened), es.On(channelWentLive),
		es.On(streamCreated), es.On(streamWentLive), es.On(streamEnded), es.On(streamDeleted),
		es.On(clipRegistered), es.On(clipProbed), es.On(clipDeleted),
	},
}

// timeOf is when something happened. Nothing happens after it was told, whatever clock its source has.
func timeOf(m es.Meta) time.Time {
	if m.Time.After(m.Stored) {
		return m.Stored
	}
	return m.Time
}

// dayOf is the day that an event is kept with; what was added later is kept from then on.
func dayOf(m es.Meta, imported bool) time.Time {
	at := timeOf(m)
	if imported {
		at = m.Stored
	}
	return at.UTC().Truncate(24 * time.Hour)
}

// longest is how many bytes of a text are shown and searched; platforms allow far less.
const longest = 4000

// longestID is how many bytes of an id are kept; those of platforms have some forty.
const longestID = 200

// named is an id as the tables have it: one that they do not take becomes another, always the same.
func named(id string) string {
	if len(id) > longestID || strings.ContainsRune(id, 0) {
		return es.DerivedID(id)
	}
	return id
}

// counted is a number that the tables take.
func counted(n int) int { return max(0, min(n, math.MaxInt32)) }

// extra is what of a message is only shown.
type extra struct {
	Badges    []events.Badge    `json:"badges,omitempty"`
	Fragments []events.Fragment `json:"fragments,omitempty"`
	Reply     *events.Reply     `json:"reply,omitempty"`
	Shared    *events.Shared    `json:"shared,omitempty"`
}

var messageInserted = []string{
	"owner", "day", "channel", "id", "seq", "at", "person", "login", "name", "color", "text", "bits", "kind", "reward", "imported", "extra",
}

func messageSent(ctx context.Context, tx *es.Tx, e events.MessageSent, m es.Meta) error {
	day := dayOf(m, e.Imported)
	if err := tx.Once(ctx, partition(day)); err != nil {
		return err
	}
	row, err := messageRow(e, m, day)
	if err != nil {
		return err
	}
	return tx.Insert(ctx, "message", messageInserted, row...)
}

// partition makes the table of the messages of a day.
func partition(day time.Time) string {
	return "create table if not exists message_" + day.Format("20060102") + " partition of message for values from ('" +
		day.Format(time.DateOnly) + "') to ('" + day.AddDate(0, 0, 1).Format(time.DateOnly) + "')"
}

// messageRow has the values of messageInserted.
func messageRow(e events.MessageSent, m es.Meta, day time.Time) ([]any, error) {
	if len(e.Text) > longest {
		e.Text, e.Fragments = strings.ToValidUTF8(e.Text[:longest], ""), nil
	}
	if len(e.Fragments) == 1 && e.Fragments[0] == (events.Fragment{Kind: "text", Text: e.Text}) {
		e.Fragments = nil // it says no more than the text
	}
	shown, err := asJSON(extra{e.Badges, e.Fragments, e.Reply, e.Shared})
	return []any{
		m.Owner, day, e.Channel, named(e.Message), int64(m.Seq), timeOf(m), named(e.Person.ID), plain(e.Person.Login), plain(e.Person.Name),
		plain(e.Color), plain(e.Text), counted(e.Bits), plain(e.Kind), named(e.Reward), e.Imported, shown,
	}, err
}

// plain leaves out what the database takes in no text.
func plain(text string) string { return strings.ReplaceAll(text, "\x00", "") }

var escapedNUL = strings.NewReplacer(`\\`, `\\`, `\u0000`, ``)

func asJSON(v any) (string, error) {
	text, err := json.Marshal(v)
	return escapedNUL.Replace(string(text)), err
}

func messageDeleted(ctx context.Context, tx *es.Tx, e events.MessageDeleted, m es.Meta) error {
	return tx.Insert(ctx, "removed", []string{"owner", "day", "channel", "message", "person", "at"},
		m.Owner, dayOf(m, false), e.Channel, named(e.Message), named(e.Person.ID), timeOf(m))
}

var clearedInserted = []string{"owner", "day", "channel", "person", "at"}

func userCleared(ctx context.Context, tx *es.Tx, e events.UserCleared, m es.Meta) error {
	if e.Person.ID == "" {
		return nil // that would be everybody
	}
	return tx.Insert(ctx, "cleared", clearedInserted, m.Owner, dayOf(m, false), e.Channel, named(e.Person.ID), timeOf(m))
}

func chatCleared(ctx context.Context, tx *es.Tx, e events.ChatCleared, m es.Meta) error {
	return tx.Insert(ctx, "cleared", clearedInserted, m.Owner, dayOf(m, false), e.Channel, "", timeOf(m))
}

func activitySeen(ctx context.Context, tx *es.Tx, e events.ActivitySeen, m es.Meta) error {
	var person string
	if e.Person != nil {
		person = named(e.Person.ID)
	}
	e.Raw = nil
	data, err := asJSON(e)
	if err != nil {
		return err
	}
	return tx.Insert(ctx, "activity", []string{"owner", "day", "channel", "id", "type", "kind", "alert", "seq", "at", "person", "data"},
		m.Owner, dayOf(m, false), e.Channel, named(e.Activity), named(e.Type), plain(e.Kind), e.Alert, int64(m.Seq), timeOf(m), person, data)
}

func viewersCounted(ctx context.Context, tx *es.Tx, e events.ViewersCounted, m es.Meta) error {
	return tx.Insert(ctx, "viewers", []string{"owner", "day", "channel", "at", "viewers"}, m.Owner, dayOf(m, false), e.Channel, timeOf(m), counted(e.Viewers))
}

func historyExpired(ctx context.Context, tx *es.Tx, e events.HistoryExpired, _ es.Meta) error {
	return tx.Queue(ctx, `select expire($1::date)`, e.Before.UTC())
}

func erasureRequested(ctx context.Context, tx *es.Tx, e events.ErasureRequested, m es.Meta) error {
	return tx.Queue(ctx, `select erase($1, $2, $3)`, m.Owner, e.Person, m.Stored)
}

func personErased(ctx context.Context, tx *es.Tx, e events.PersonErased, m es.Meta) error {
	return tx.Queue(ctx, `update erased set done = true where owner = $1 and person = $2`, m.Owner, e.Person)
}
