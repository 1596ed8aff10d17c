package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/services"
)

type followCmd struct {
	Topics []string `arg:"" optional:"" help:"What to follow, for instance stream/01J… or jobs; all live documents when none is named." name:"topic"`
}

// document is a live document as follow and replay print it: without a value it is gone.
type document struct {
	Topic     string          `json:"topic"`
	Rev       uint64          `json:"rev,omitempty"`
	Positions es.Positions    `json:"positions"`
	Value     json.RawMessage `json:"value,omitempty"`
}

// fed is an event of a feed as follow prints it.
type fed struct {
	Topic string          `json:"topic"`
	Seq   uint64          `json:"seq"`
	Event api.EventRecord `json:"event"`
}

// Run prints what topics are and become, as JSON lines, until it is interrupted.
func (c *followCmd) Run(ctx context.Context, cli *CLI, t *terminal) error {
	conn, caller, stop, err := cli.asOwner(ctx, t.log)
	if err != nil {
		return err
	}
	defer stop()
	var mu sync.Mutex
	w := &follower{conn: conn, owner: caller.Owner, print: func(v any) error {
		mu.Lock()
		defer mu.Unlock()
		return printJSON(t.out, v)
	}}
	group, ctx := errgroup.WithContext(ctx)
	var documents []string
	for _, topic := range c.Topics {
		if feed, filter, ok := feedOf(topic, caller.Owner); ok {
			group.Go(func() error { return w.feed(ctx, feed.Log, topic, filter) })
			continue
		}
		if _, err := showing(topic); err != nil {
			return usageError{fmt.Errorf("%w, and the feeds %s", err, strings.Join(feeds(), ", "))}
		}
		documents = append(documents, topic)
	}
	if len(documents) > 0 || len(c.Topics) == 0 {
		group.Go(func() error { return w.documents(ctx, documents) })
	}
	return group.Wait()
}

// feedOf finds the feed of a topic.
func feedOf(topic, owner string) (feed api.Feed, filter string, ok bool) {
	for _, s := range services.All() {
		for _, feed := range s.Feeds {
			if filter, ok := feed.Match(topic, owner); ok {
				return feed, filter, true
			}
		}
	}
	return feed, "", false
}

// feeds are the topics of all feeds.
func feeds() []string {
	var all []string
	for _, s := range services.All() {
		for _, feed := range s.Feeds {
			all = append(all, feed.Topic)
		}
	}
	return all
}

type follower struct {
	conn  *es.Conn
	owner string
	print func(any) error
}

// feed prints the events that come from now on.
func (w *follower) feed(ctx context.Context, log events.Log, topic, filter string) error {
	return w.conn.Tail(ctx, log, es.TailFrom{Subject: filter, New: true}, func(e es.Event) error {
		return w.print(fed{Topic: topic, Seq: e.Seq, Event: api.Record(e)})
	})
}

// documents prints what the documents are and each later version; without topics it prints every new
// version of any.
func (w *follower) documents(ctx context.Context, topics []string) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	shown := map[string]uint64{}
	show := func(doc es.Live) {
		named := len(topics) == 0 || slices.Contains(topics, doc.Topic)
		if doc.Owner != w.owner || !named || doc.Rev <= shown[doc.Topic] {
			return
		}
		shown[doc.Topic] = doc.Rev
		if err := w.print(document{Topic: doc.Topic, Rev: doc.Rev, Positions: doc.Positions, Value: doc.Value}); err != nil {
			cancel(err)
		}
	}
	err := w.conn.Watch(ctx, func() {
		for _, topic := range topics {
			doc, err := w.conn.Document(ctx, w.owner, topic)
			if fault.Is(err, fault.NotFound) {
				continue // it may come
			}
			if err != nil {
				cancel(fmt.Errorf("following %s: %w", topic, err))
				return
			}
			show(doc)
		}
	}, show)
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}
