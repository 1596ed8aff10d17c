package streams

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

const (
	// broadcastID is the id of every owner's broadcast.
	broadcastID = "main"
	// grace is how long a broadcast that no source holds any more waits for one to come back. It is as far
	// apart as two recordings of one stream can be.
	grace = 10 * time.Minute
	// longestBroadcast is how long Twitch lets one go on. What began longer ago, and was never said to be over,
	// is not on air.
	longestBroadcast = 48 * time.Hour
)

// broadcast is what is decided on: the newest broadcast of an owner, and what is sent now.
type broadcast struct {
	owner string
	// stream is empty when there was no broadcast yet.
	stream, title, channel string
	startedAt              time.Time
	droppedAt, endedAt     *time.Time
	sources                []held
	signals                []signal
	// titles are those of the channels, by their ids; the one under "" was told last.
	titles map[string]string
}

// held is a source that holds a broadcast.
type held struct {
	name  string
	since time.Time
}

// signal is what a source tells of itself: all its senders together.
type signal struct {
	source, channel string
	// on is true while it sends, since at.
	on bool
	at time.Time
	// off is when it stopped last, or when it was interrupted last while it is on.
	off time.Time
}

// live tells whether the broadcast is on, or waits.
func (b broadcast) live() bool { return b.stream != "" && b.endedAt == nil }

// waits tells until when a source may come back; false while one holds the broadcast, and when it is over.
func (b broadcast) waits() (until time.Time, waits bool) {
	if b.droppedAt == nil || !b.live() {
		return until, false
	}
	return b.droppedAt.Add(grace), true
}

func (b broadcast) holds(source string) bool {
	return slices.ContainsFunc(b.sources, func(h held) bool { return h.name == source })
}

// next is what is to be said of the broadcast as of now; nil when all is said. It goes by what the sources
// say together, not by what was said last: so it does not matter in which order, how late and how often that
// came, and nothing begins that is over.
func (b broadcast) next(now time.Time) events.Event {
	if !b.live() {
		for _, s := range b.signals {
			if s.fresh(now) && (b.endedAt == nil || s.at.After(*b.endedAt)) {
				return b.begin(s.source, s.channel, b.titleOf(s.channel, s.at), s.at)
			}
		}
		return nil
	}
	if left := b.left(); left != nil {
		return left
	}
	until, waits := b.waits()
	for _, s := range b.signals {
		switch {
		case !s.fresh(now) || b.holds(s.source):
		case !waits:
			return events.BroadcastJoined{Broadcast: broadcastID, Stream: b.stream, Source: s.source, At: s.at, Channel: s.channel}
		case !s.at.After(until):
			return events.BroadcastResumed{Broadcast: broadcastID, Stream: b.stream, Source: s.source, At: s.at, Channel: s.channel}
		default: // it comes too late: this is another one
			return b.end(*b.droppedAt)
		}
	}
	if waits && !now.Before(until) {
		return b.end(*b.droppedAt)
	}
	return nil
}

// left is the source that has gone first of those that hold the broadcast; nil when all are there.
func (b broadcast) left() events.Event {
	var gone []events.BroadcastLeft
	for _, h := range b.sources {
		for _, s := range b.signals {
			if s.source == h.name && (!s.on || s.off.After(h.since)) {
				at := h.since
				if s.off.After(at) {
					at = s.off
				}
				gone = append(gone, events.BroadcastLeft{Broadcast: broadcastID, Stream: b.stream, Source: h.name, At: at})
			}
		}
	}
	if len(gone) == 0 {
		return nil
	}
	return slices.MinFunc(gone, func(x, y events.BroadcastLeft) int { return x.At.Compare(y.At) })
}

func (s signal) fresh(now time.Time) bool { return s.on && now.Sub(s.at) <= longestBroadcast }

func (b broadcast) begin(source, channel, title string, at time.Time) events.Event {
	return events.BroadcastBegan{
		Broadcast: broadcastID, Stream: es.DerivedID("broadcast", b.owner, source, at.UTC().Format(time.RFC3339Nano)),
		Title: title, Source: source, At: at, Channel: channel,
	}
}

func (b broadcast) end(at time.Time) events.Event {
	return events.BroadcastEnded{Broadcast: broadcastID, Stream: b.stream, At: at}
}

// titleOf is the title of what begins: that of the channel, or the day in UTC.
func (b broadcast) titleOf(channel string, at time.Time) string {
	title := strings.Join(strings.Fields(cmp.Or(b.titles[channel], b.titles[""])), " ")
	if title == "" {
		return "Stream of " + at.UTC().Format("2 January 2006")
	}
	return cut(title, 200)
}

// cut is a text of so many characters at most.
func cut(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}

// findBroadcast reads the newest broadcast of an owner, and what is sent now.
func findBroadcast(ctx context.Context, q es.Querier, owner string) (broadcast, error) {
	b, err := newestBroadcast(ctx, q, owner)
	if err != nil {
		return b, err
	}
	// Of a source with several senders the one decides that has been on for the longest time.
	rows, err := q.Query(ctx, `select distinct on (source) source, id, on_at > off_at, on_at, off_at
		from sender where owner = $1
		order by source, on_at > off_at desc, case when on_at > off_at then on_at end, off_at desc`, owner)
	if err != nil {
		return b, err
	}
	var s signal
	_, err = pgx.ForEachRow(rows, []any{&s.source, &s.channel, &s.on, &s.at, &s.off}, func() error {
		if s.source != fromTwitch {
			s.channel = ""
		}
		b.signals = append(b.signals, s)
		return nil
	})
	if err != nil {
		return b, err
	}
	slices.SortFunc(b.signals, func(x, y signal) int { return x.at.Compare(y.at) })
	rows, err = q.Query(ctx, `select id, title from channel where owner = $1 order by seq`, owner)
	if err != nil {
		return b, err
	}
	b.titles = map[string]string{}
	var id, title string
	_, err = pgx.ForEachRow(rows, []any{&id, &title}, func() error {
		b.titles[id], b.titles[""] = title, title
		return nil
	})
	return b, err
}

// newestBroadcast reads the newest broadcast of an owner; one without a stream when there was none.
func newestBroadcast(ctx context.Context, q es.Querier, owner string) (broadcast, error) {
	b := broadcast{owner: owner}
	var names []string
	var since []time.Time
	err := q.QueryRow(ctx, `select stream, title, channel, started_at, dropped_at, ended_at,
			array(select name from source where owner = $1 order by since, name), array(select since from source where owner = $1 order by since, name)
		from broadcast where owner = $1`, owner).
		Scan(&b.stream, &b.title, &b.channel, &b.startedAt, &b.droppedAt, &b.endedAt, &names, &since)
	if errors.Is(err, pgx.ErrNoRows) {
		return b, nil
	}
	for i, name := range names {
		b.sources = append(b.sources, held{name, since[i]})
	}
	return b, err
}
