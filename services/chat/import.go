package chat

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// mostComments is how many comments one call may bring.
const mostComments = 500

// ImportComments brings messages that were written during a stream, from elsewhere.
type ImportComments struct {
	Stream string `json:"stream"`
	// Channel is the id of the channel that they were written in; that of the stream when absent.
	Channel string `json:"channel,omitempty"`
	// Comments are those of a chat file of TwitchDownloader as they are, up to 500 at once.
	Comments []json.RawMessage `json:"comments"`
}

// Imported is what came of an import.
type Imported struct {
	// Added messages are new.
	Added int `json:"added"`
	// Known ones are there already, or their authors had them removed.
	Known int `json:"known"`
}

// Validate tells when there are too many.
func (r ImportComments) Validate() error {
	switch {
	case r.Stream == "":
		return fault.Field("stream", "this is needed")
	case len(r.Comments) > mostComments:
		return fault.Field("comments", "at most %d at once; send the others with further calls", mostComments)
	case r.Channel != "" && !events.IsToken(r.Channel):
		return fault.Field("channel", "this is no id of a channel")
	}
	return nil
}

// importComments adds messages to what was captured, and answers when they can be read; the id of a message tells whether
// it is known.
var importComments = api.Post("/api/chat/imports", "adds messages from a chat file of TwitchDownloader to a stream", api.Editors,
	func(ctx context.Context, d *run.Deps, req ImportComments) (Imported, error) {
		var done Imported
		w, err := findWindow(ctx, d, api.OwnerOf(ctx), req.Stream)
		if err != nil {
			return done, err
		}
		if req.Channel == "" {
			req.Channel = w.channel
		}
		if req.Channel == "" {
			return done, fault.Field("channel", "it is not known in which channel the stream was; give the channel's id")
		}
		comments, err := req.read()
		if err != nil {
			return done, err
		}
		known, err := w.known(ctx, d, comments)
		if err != nil {
			return done, err
		}
		var group errgroup.Group
		group.SetLimit(writersAtOnce)
		written := make([]uint64, len(comments))
		for i, c := range comments {
			if known[i] {
				done.Known++
				continue
			}
			done.Added++
			group.Go(func() error {
				p, err := d.Append(ctx, w.owner, c.event(req.Channel), es.At(c.sentAt(w)), es.ID(es.DerivedID("chat", w.owner, c.ID)))
				written[i] = p.Seq
				return err
			})
		}
		if err := group.Wait(); err != nil || done.Added == 0 {
			return done, err
		}
		// Whoever looks now finds all of it, and whoever sends it again is told that it is known.
		if err := d.WaitFor(ctx, es.Position{Log: events.Chat.Name, Seq: slices.Max(written)}); err != nil || w.live {
			return done, err
		}
		return done, sealSoon(ctx, d, w.owner, w.stream)
	}).Within(30 * time.Second)

// read reads the comments, and says which of them is none.
func (r ImportComments) read() ([]comment, error) {
	list := make([]comment, len(r.Comments))
	for i, text := range r.Comments {
		if err := json.Unmarshal(text, &list[i]); err != nil {
			return nil, badComment(i, "%s", err)
		}
		switch c := list[i]; {
		case c.ID == "" || len(c.ID) > 200:
			return nil, badComment(i, "its _id is the id of a message")
		case len(c.Commenter.ID) > 200:
			return nil, badComment(i, "its commenter._id is the id of a person")
		case c.Offset > 1e7 || c.CreatedAt.Year() > 2100:
			return nil, badComment(i, "its time is that of no stream")
		}
	}
	return list, nil
}

func badComment(i int, format string, args ...any) error {
	return fault.Field(fmt.Sprintf("comments.%d", i), "this is no comment of a chat file: "+format, args...)
}

// known tells which comments are in the tables or in the archive, come twice, or are of somebody who was
// erased since.
func (w window) known(ctx context.Context, d *run.Deps, comments []comment) ([]bool, error) {
	ids := make([]string, len(comments))
	for i, c := range comments {
		ids[i] = c.ID
	}
	rows, err := d.DB.Query(ctx, `select id from seen where owner = $1 and id = any($2)`, w.owner, ids)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	there := map[string]bool{}
	for _, id := range list {
		there[id] = true
	}
	erased, err := erasedOf(ctx, d, w.owner)
	if err != nil {
		return nil, err
	}
	if w.faded {
		sealed, err := w.archived(ctx, d)
		if err != nil {
			return nil, err
		}
		for _, m := range sealed.messages {
			there[m.ID] = true
		}
	}
	known := make([]bool, len(comments))
	for i, c := range comments {
		known[i] = there[c.ID] || erased.has(c.Commenter.ID, c.sentAt(w))
		there[c.ID] = true
	}
	return known, nil
}
