package twitch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/services/twitch/helix"
)

// gap is a time in which what happened in a channel was not heard, or not all of it.
type gap struct {
	from, to time.Time
	why      string
}

// beginning is the moment from which on a channel is heard that was not connected before. Nothing was missed,
// but what it does by then is to be found.
func beginning(now time.Time) gap { return gap{from: now, to: now} }

func (g gap) begins() bool { return g.why == "" }

// missedSince is the gap from the moment when something was heard last. Both are by the clock of the machine;
// if it was set between them, the length is right all the same, and the end is.
func missedSince(last, now time.Time, why string) gap {
	return gap{from: now.Add(-max(now.Sub(last), 0)), to: now, why: why}
}

const (
	// fillTries is how often Twitch is asked for one thing that a gap hides.
	fillTries = 4
	// followerPages bounds how many followers are looked at, 100 on a page.
	followerPages = 50
	// confirmAfter is when Twitch is asked again whether a channel is off air: it knows it some minutes
	// late that a channel is on air.
	confirmAfter = 2 * time.Minute
)

// missing are what cannot be found afterwards.
var missing = []string{"chat", "subscriptions", "cheers", "raids", "redemptions", "polls", "predictions"}

// repair tells of a gap, looks for what it hides, and tells what was found.
func (l *listener) repair(ctx context.Context, g gap) error {
	channel, stream := part{"channel", l.findChannel}, part{"stream", l.findStream} // that begins with the channel's title
	if g.begins() {
		return l.look(ctx, g, &events.GapFilled{}, channel, stream)
	}
	from, to := g.from.UTC().Round(0), g.to.UTC().Round(0)
	id := es.DerivedID("gap", l.Channel, from.Format(time.RFC3339Nano))
	detected := events.GapDetected{Capture: l.Channel, Gap: id, Source: "twitch", From: from, To: to, Why: g.why}
	if _, err := l.d.Append(ctx, l.Owner, detected, es.ID(es.DerivedID(id, "detected", to.Format(time.RFC3339Nano)))); err != nil {
		return err
	}
	filled := events.GapFilled{Capture: l.Channel, Gap: id, Filled: []string{}}
	if err := l.look(ctx, g, &filled, channel, stream, part{"followers", l.findFollowers}); err != nil {
		return err
	}
	filled.Missing = append(filled.Missing, missing...)
	_, err := l.d.Append(ctx, l.Owner, filled, es.ID(es.DerivedID(id, "filled", to.Format(time.RFC3339Nano))))
	return err
}

// part is something that can be found afterwards.
type part struct {
	name string
	find func(context.Context, gap) (int, error)
}

// look looks for parts of what a gap hides, and notes what was found. Its error is that of the context.
func (l *listener) look(ctx context.Context, g gap, filled *events.GapFilled, parts ...part) error {
	for _, part := range parts {
		found, err := l.patiently(ctx, g, part.find)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		filled.Found += found
		if err != nil {
			l.d.Logger.Warn("what happened in a gap was not found", "part", part.name, "err", err)
			filled.Missing = append(filled.Missing, part.name)
		} else {
			filled.Filled = append(filled.Filled, part.name)
		}
	}
	return nil
}

// patiently tries again when Twitch does not answer.
func (l *listener) patiently(ctx context.Context, g gap, find func(context.Context, gap) (int, error)) (int, error) {
	found := 0
	for failed := 1; ; failed++ {
		n, err := find(ctx, g)
		found += n
		if e := (*helix.Error)(nil); err == nil || failed == fillTries || errors.As(err, &e) && e.Kind != helix.Unavailable && e.Kind != helix.Limited {
			return found, err
		}
		if !pause(ctx, l.clock, backOff(failed)) {
			return found, ctx.Err()
		}
	}
}

// findStream looks whether the channel went on or off air.
func (l *listener) findStream(ctx context.Context, g gap) (int, error) {
	streams, err := asUser(l.d, l.Owner).Streams(ctx, l.Channel)
	if err != nil {
		return 0, err
	}
	known, err := airOf(ctx, l.d.DB, l.Owner, l.Channel)
	if err != nil {
		return 0, err
	}
	if len(streams) == 0 && known.Live {
		if !pause(ctx, l.clock, confirmAfter) {
			return 0, ctx.Err()
		}
		if streams, err = asUser(l.d, l.Owner).Streams(ctx, l.Channel); err != nil {
			return 0, err
		}
	}
	at, id := g.to, es.DerivedID("offline", l.Channel, known.Broadcast)
	if len(streams) > 0 {
		at, id = streams[0].StartedAt, es.DerivedID("online", l.Channel, streams[0].ID)
	}
	return l.find(ctx, func(now air) events.Event {
		switch {
		case len(streams) == 0 && now.Live && now.Broadcast == known.Broadcast:
			return events.WentOffline{Channel: l.Channel, Found: true}
		case len(streams) > 0 && streams[0].Type == "live" && streams[0].ID != now.Broadcast:
			return events.WentLive{Channel: l.Channel, Broadcast: streams[0].ID, StartedAt: streams[0].StartedAt.UTC(), Found: true, Raw: streams[0].Raw}
		}
		return nil // Twitch may still show one that has ended
	}, es.ID(id), es.At(notAfter(at, l.clock.Now())))
}

// findChannel looks whether title or category have changed.
func (l *listener) findChannel(ctx context.Context, g gap) (int, error) {
	c, err := asUser(l.d, l.Owner).Channel(ctx, l.Channel)
	if err != nil {
		return 0, err
	}
	return l.find(ctx, func(now air) events.Event {
		found := events.ChannelUpdated{
			Channel: l.Channel, Title: c.Title, Category: c.CategoryID, CategoryName: c.CategoryName, Language: c.Language, Labels: c.Labels, Raw: c.Raw,
		}
		if now.Updated != nil && sameChannel(*now.Updated, found) {
			return nil
		}
		return found
	}, es.At(g.to))
}

func sameChannel(a, b events.ChannelUpdated) bool {
	return a.Title == b.Title && a.Category == b.Category && a.Language == b.Language && sameScopes(a.Labels, b.Labels)
}

// find appends what follows from what the log says of the channel, and what Twitch does; nil is nothing.
func (l *listener) find(ctx context.Context, decide func(air) events.Event, opts ...es.Option) (int, error) {
	p, err := l.d.Decide(es.As(ctx, actor), l.Owner, "channel", l.Channel, func(ctx context.Context) (events.Event, error) {
		now, err := airOf(ctx, l.d.DB, l.Owner, l.Channel)
		if err != nil {
			return nil, err
		}
		return decide(now), nil
	}, opts...)
	if err != nil || p == (es.Position{}) {
		return 0, err
	}
	return 1, nil
}

// findFollowers looks for those who have followed since the gap began. One that was told too is known by
// the activity's id.
func (l *listener) findFollowers(ctx context.Context, g gap) (int, error) {
	if !l.has("moderator:read:followers") {
		return 0, errors.New("the scope moderator:read:followers was not granted")
	}
	var new []helix.Follower
	for cursor, pages := "", 0; ; pages++ {
		page, next, err := asUser(l.d, l.Owner).Followers(ctx, l.Channel, cursor)
		if err != nil {
			return 0, err
		}
		since := 0
		for _, f := range page {
			if !f.FollowedAt.Before(g.from.Truncate(time.Second)) {
				new = append(new, f)
				since++
			}
		}
		if next == "" || since < len(page) {
			break
		}
		if pages == followerPages {
			return 0, fmt.Errorf("more than %d pages of followers are new", followerPages)
		}
		cursor = next
	}
	drafts := make([]es.Draft, 0, len(new))
	for i := range new { // the oldest first
		f := new[len(new)-1-i]
		id := followID(l.Channel, f.UserID, f.FollowedAt)
		drafts = append(drafts, es.Draft{Owner: l.Owner, Options: []es.Option{es.ID(es.DerivedID("found", id)), es.At(notAfter(f.FollowedAt, l.clock.Now()))}, Event: events.ActivitySeen{
			Channel: l.Channel, Activity: id, Kind: "follow", Type: "channel.follow", Found: true,
			Person: known(events.Person{ID: f.UserID, Login: f.Login, Name: f.Name}), Raw: f.Raw,
		}})
	}
	return l.d.Logs.AppendEach(es.As(ctx, actor), drafts...)
}

// notAfter is a time that Twitch knows something by, which is not in the future.
func notAfter(at, now time.Time) time.Time {
	if at.After(now) {
		return now
	}
	return at
}
