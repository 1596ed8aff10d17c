package chat

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// Erasing is what is going to be removed of a person.
type Erasing struct {
	// Messages and Activities that the tables have had.
	Messages   int `json:"messages"`
	Activities int `json:"activities"`
	// Archives that are looked through.
	Archives int `json:"archives"`
}

var erasePerson = api.Post("/api/chat/people/{user}/erase", "removes all that somebody has written and done, everywhere and for good", api.Owners,
	func(ctx context.Context, d *run.Deps, req GetPerson) (Erasing, error) {
		var e Erasing
		if !events.IsToken(req.User) {
			return e, fault.Field("user", "this is no id of a person")
		}
		var channel bool
		err := d.DB.QueryRow(ctx, `select (select count(*) from message where owner = $1 and person = $2),
			(select count(*) from activity where owner = $1 and person = $2), (select count(*) from archive where owner = $1),
			exists (select from channel where owner = $1 and id = $2)`,
			api.OwnerOf(ctx), req.User).Scan(&e.Messages, &e.Activities, &e.Archives, &channel)
		if err != nil {
			return e, err
		}
		if channel { // all that happens in it names it
			return e, fault.New(fault.Conflict, "%s is the channel itself; delete its streams, and the rest goes when chat is kept no longer", req.User)
		}
		if e == (Erasing{}) {
			return e, nobodyIs(req.User)
		}
		p, err := d.Append(ctx, api.OwnerOf(ctx), events.ErasureRequested{Person: req.User})
		if err != nil {
			return e, err
		}
		return e, d.WaitFor(ctx, p)
	})

// erase removes a person from the logs and the archives; the tables have forgotten them as soon as they
// have heard of it.
var erase = run.Reactor{
	Name: "chat-erase", Doc: "removes all that somebody has written and done", InOrder: true,
	Handle: []es.Handler[*run.Deps]{es.On(func(ctx context.Context, d *run.Deps, e events.ErasureRequested, m es.Meta) error {
		es.Progress(ctx, "log", 0, 0, 0)
		gone, err := eraseEvents(ctx, d, m, e.Person)
		if err != nil {
			return err
		}
		if err := eraseLetters(ctx, d, m, e.Person); err != nil {
			return err
		}
		archives, err := eraseArchived(ctx, d, m)
		if err != nil {
			return err
		}
		_, err = d.Append(ctx, m.Owner, events.PersonErased{Person: e.Person, Events: gone, Archives: archives})
		return err
	})},
}

// quoted is how an id is in the body of an event.
func quoted(person string) []byte { return fmt.Appendf(nil, "%q", person) }

// writersAtOnce is how many appends share the cost of writing.
const writersAtOnce = 64

// eraseEvents takes the events about a person off CHAT. What others wrote is told again without the person.
func eraseEvents(ctx context.Context, d *run.Deps, m es.Meta, person string) (int, error) {
	var found []es.Position
	again, telling := errgroup.WithContext(ctx)
	again.SetLimit(writersAtOnce)
	err := tailToEnd(telling, d, m.Owner, events.Chat, func(e es.Event) error {
		if timeOf(e.Meta).After(m.Stored) || !bytes.Contains(e.Data, quoted(person)) {
			return nil
		}
		rest, err := without(person, e)
		if err != nil {
			return err
		}
		found = append(found, e.Position)
		if rest != nil {
			again.Go(func() error {
				_, err := d.Append(telling, m.Owner, rest, es.At(e.Time), es.ID(es.DerivedID("without", person, e.Position.String(), e.ID)))
				return err
			})
		}
		return nil
	})
	if waited := again.Wait(); waited != nil {
		return 0, waited
	}
	if err != nil {
		return 0, err
	}
	for i, p := range found {
		if err := d.Logs.Erase(ctx, p); err != nil {
			return 0, err
		}
		es.Progress(ctx, "log", 100*float64(i+1)/float64(len(found)), 0, 0)
	}
	return len(found), nil
}

// eraseLetters removes the letters that repeat an event about a person.
func eraseLetters(ctx context.Context, d *run.Deps, m es.Meta, person string) error {
	var found []es.Position
	err := tailToEnd(ctx, d, m.Owner, events.Dead, func(e es.Event) error {
		var letter events.LetterBuried
		if e.Name != events.Name(letter) || !bytes.Contains(e.Data, quoted(person)) {
			return nil
		}
		if err := json.Unmarshal(e.Data, &letter); err != nil {
			return err
		}
		if strings.HasPrefix(letter.Position, events.Chat.Name+"/") {
			found = append(found, e.Position)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return d.Logs.Erase(ctx, found...)
}

// tailToEnd calls f with the owner's events of a log up to where it ends now.
func tailToEnd(ctx context.Context, d *run.Deps, owner string, log events.Log, f func(es.Event) error) error {
	last, err := d.Logs.Last(ctx, log.Name)
	if err != nil || last == 0 {
		return err
	}
	return d.Logs.Tail(ctx, log, es.TailFrom{Subject: log.Owned(owner), Until: last}, f)
}

// eraseArchived seals the owner's streams again, which leaves out who was erased, and removes what was
// made of them to be downloaded. It answers how many archives have changed.
func eraseArchived(ctx context.Context, d *run.Deps, m es.Meta) (int, error) {
	if err := waitForAll(ctx, d); err != nil {
		return 0, err
	}
	rows, err := d.DB.Query(ctx, `select id from stream where owner = $1 order by started_at, id`, m.Owner)
	if err != nil {
		return 0, err
	}
	streams, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return 0, err
	}
	written := 0
	for i, stream := range streams {
		changed := false
		err := aloneAt(ctx, d, m.Owner, stream, func(ctx context.Context) error {
			if err := waitForAll(ctx, d); err != nil { // who was alone before may just have sealed it
				return err
			}
			w, err := findWindow(ctx, d, m.Owner, stream)
			if fault.Is(err, fault.NotFound) {
				return nil
			}
			if err == nil && w.key != "" {
				changed, err = sealUnchanging(ctx, d, m.Owner, stream)
			}
			if err != nil || changed {
				return err
			}
			return keepOnly(ctx, d, m.Owner, stream, w.key)
		})
		if err != nil {
			return 0, err
		}
		if changed {
			written++
		}
		es.Progress(ctx, "archives", 100*float64(i+1)/float64(len(streams)), 0, 0)
	}
	return written, nil
}
