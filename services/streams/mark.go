package streams

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

const (
	// fromChat is the source of markers that somebody set in the chat.
	fromChat = "chat"
	// markWithin is how old a command may be: a reactor that is new, or was away, leaves the rest of the chat alone.
	markWithin = 10 * time.Minute
)

// mark hears "!mark why" in the chat. The log keeps what was flagged, and not who did it: it is for ever.
var mark = run.Reactor{
	Name: "streams-mark", Doc: "flags a moment when somebody writes !mark in the chat", Quiet: true,
	Handle: []es.Handler[*run.Deps]{es.On(func(ctx context.Context, d *run.Deps, e events.CommandGiven, m es.Meta) error {
		label, commanded := markLabel(e)
		at := happened(m, m.Time)
		if !commanded || e.Shared != nil || !mayMark(d.Config.MarkRoles, e.Badges) || time.Since(at) > markWithin {
			return nil
		}
		b, err := newestBroadcast(ctx, d.DB, m.Owner)
		if err != nil || !b.covers(e.Channel, at) {
			return err
		}
		marker := Marker{ID: es.DerivedID("mark", e.Channel, e.Message), Label: label, Source: fromChat, CreatedAt: at}
		err = flag(ctx, d, m.Owner, b.stream, &marker, nil)
		if fault.Is(err, fault.Conflict) { // it has as many as it can have
			d.Logger.Warn("stream takes no more markers", "stream", b.stream, "err", err)
			return nil
		}
		return err
	})},
}

// covers tells whether what was written in a channel then was written during the broadcast.
func (b broadcast) covers(channel string, at time.Time) bool {
	return b.stream != "" && !at.Before(b.startedAt) && (b.endedAt == nil || !at.After(*b.endedAt)) &&
		(b.channel == "" || b.channel == channel)
}

// markLabel is the label that a command gives; false when it is another command.
func markLabel(e events.CommandGiven) (label string, commanded bool) {
	if e.Command != "mark" && e.Command != "marker" {
		return "", false
	}
	return cmp.Or(cut(e.Arguments, 200), "Marked in chat"), true
}

// badgesOf are the badges that show what somebody is.
var badgesOf = map[string][]string{
	"broadcaster": {"broadcaster"},
	"moderator":   {"moderator", "lead_moderator"},
	"vip":         {"vip"},
	"subscriber":  {"subscriber", "founder"},
}

// mayMark tells whether somebody with these badges has one of the roles: of the broadcaster and the
// moderators when none is given. The role everyone needs no badge.
func mayMark(roles []string, badges []events.Badge) bool {
	if len(roles) == 0 {
		roles = []string{"broadcaster", "moderator"}
	}
	return slices.ContainsFunc(roles, func(role string) bool {
		return role == "everyone" || slices.ContainsFunc(badges, func(b events.Badge) bool { return slices.Contains(badgesOf[role], b.Set) })
	})
}
