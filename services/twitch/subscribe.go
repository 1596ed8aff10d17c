package twitch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/services/twitch/helix"
)

const (
	// subscribeAtOnce is how many subscriptions are made at the same time.
	subscribeAtOnce = 4
	// againAfter is when it is tried again to subscribe to what was not.
	againAfter = time.Minute
)

// subscription is a subject and whether Twitch tells it.
type subscription struct {
	subject
	// id is Twitch's.
	id     string
	status events.Subscription
	// again is true when it may well work later.
	again bool
}

// subscribe lets Twitch tell subjects of a channel, and answers what became of each.
func subscribe(ctx context.Context, client *helix.Client, channel string, list []subject, over helix.Transport) []subscription {
	made := make([]subscription, len(list))
	var group errgroup.Group
	group.SetLimit(subscribeAtOnce)
	for i, s := range list {
		group.Go(func() error {
			got, err := client.CreateSubscription(ctx, helix.Subscription{Type: s.Type, Version: s.Version, Condition: s.condition(channel), Transport: over})
			made[i] = outcome(s, got, err)
			return nil
		})
	}
	_ = group.Wait() // none of them fails
	return made
}

// outcome is what became of a subscription that was asked for.
func outcome(s subject, got helix.Subscription, err error) subscription {
	made := subscription{subject: s, id: got.ID, status: events.Subscription{Type: s.Type, Version: s.Version, Status: got.Status}}
	if err == nil {
		if made.status.Status == "" {
			made.status.Status = enabled
		}
		return made
	}
	made.status.Reason = err.Error()
	var e *helix.Error
	if !errors.As(err, &e) {
		made.status.Status, made.again = "unavailable", true
		return made
	}
	switch {
	case e.Status == http.StatusConflict: // it is there already
		made.id, made.status.Status, made.status.Reason = e.ID, enabled, ""
	case e.Status == http.StatusForbidden || e.Kind == helix.MissingScope:
		made.status.Status, made.status.Reason = "missing_scope", needs(s)
	case e.Kind == helix.Limited:
		made.status.Status, made.again = "limited", true
	case e.Kind == helix.Unavailable:
		made.status.Status, made.again = "unavailable", true
	case e.Kind == helix.Unauthorised:
		made.status.Status = "unauthorised"
	default:
		made.status.Status = "refused"
	}
	return made
}

// needs says in a sentence what a subject cannot be told without.
func needs(s subject) string {
	if len(s.Scopes) == 0 {
		return "Twitch does not allow it: connect again"
	}
	var groups []string
	for _, group := range s.Scopes {
		groups = append(groups, strings.Join(group, " or "))
	}
	return fmt.Sprintf("Twitch wants %s for it: connect again, and allow that", strings.Join(groups, ", and "))
}

// merge replaces what was asked for again.
func merge(old, new []subscription) []subscription {
	list := slices.Clone(old)
	for _, s := range new {
		same := func(o subscription) bool { return o.Type == s.Type && slices.Equal(o.Condition, s.Condition) }
		if i := slices.IndexFunc(list, same); i >= 0 {
			list[i] = s
		} else {
			list = append(list, s)
		}
	}
	return list
}

// untold are the subjects that may well be told when they are asked for again.
func untold(list []subscription) []subject {
	var again []subject
	for _, s := range list {
		if s.again {
			again = append(again, s.subject)
		}
	}
	return again
}

func anyTold(list []subscription) bool {
	return slices.ContainsFunc(list, func(s subscription) bool { return s.status.Status == enabled })
}

func statuses(list []subscription) []events.Subscription {
	all := make([]events.Subscription, len(list))
	for i, s := range list {
		all[i] = s.status
	}
	return all
}
