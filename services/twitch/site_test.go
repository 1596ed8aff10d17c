package twitch

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	fake "github.com/afterglow-live/afterglow/pkg/testkit/twitch"
	"github.com/afterglow-live/afterglow/services/twitch/helix"
)

// ears tests have this channel, which belongs to "ours".
const ourChannel = "1001"

// hall is the service with a Twitch of its own, to which it is connected.
type hall struct {
	*testkit.System
	fake *fake.Server
	d    *run.Deps
}

// stage is a Twitch and a platform that is set up for it.
func stage(t testing.TB, config fake.Config) (run.Platform, *fake.Server) {
	t.Helper()
	server, err := fake.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return setUp(testkit.Platform(t), server), server
}

func setUp(p run.Platform, server *fake.Server) run.Platform {
	p.Config.SecretKey = bytes.Repeat([]byte{7}, 32)
	p.Config.Twitch = run.Twitch{
		ClientID: server.ClientID, ClientSecret: server.ClientSecret, EventSubSecret: "a secret of tests",
		AuthURL: server.AuthURL, APIURL: server.APIURL, EventSubURL: server.EventSubURL, ImagesURL: server.ImagesURL, Transport: "websocket",
	}
	return p
}

// enter starts the service.
func enter(t testing.TB, p run.Platform, server *fake.Server, c clock) *hall {
	t.Helper()
	s := testkit.Start(t, p, serviceWith(c))
	return &hall{s, server, &run.Deps{Platform: s.Platform, Service: "twitch", DB: s.Pool(t)}}
}

// connect connects the channel, with all that is asked for unless scopes are given.
func (h *hall) connect(t testing.TB, scopes ...string) {
	t.Helper()
	if len(scopes) == 0 {
		scopes = asked()
	}
	tokens := h.fake.Grant(h.fake.Broadcaster, scopes...)
	grant := helix.Grant{Access: tokens.AccessToken, Refresh: tokens.RefreshToken, Scopes: tokens.Scope, Lasts: time.Hour}
	if err := establish(t.Context(), h.d, "ours", "ours", h.fake.ClientID, grant, now()); err != nil {
		t.Fatal(err)
	}
}

// listened is a service that hears a channel.
func listened(t testing.TB) *hall {
	t.Helper()
	p, server := stage(t, fake.Config{})
	h := enter(t, p, server, machine{})
	h.connect(t)
	h.await(t, events.Facts, "connection.heard", 1)
	return h
}

var errEnough = errors.New("enough")

// await waits until so many events of a name are on a log, and gives them.
func (h *hall) await(t testing.TB, log events.Log, name string, count int) []es.Event {
	t.Helper()
	var list []es.Event
	h.heard(t, log, name, func(e es.Event) bool {
		list = append(list, e)
		return len(list) == count
	})
	return list
}

// heard waits for an event of a name that is the wanted one.
func (h *hall) heard(t testing.TB, log events.Log, name string, wanted func(es.Event) bool) {
	t.Helper()
	err := h.Logs.Tail(t.Context(), log, es.TailFrom{}, func(e es.Event) error {
		if e.Name == name && wanted(e) {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		t.Fatalf("waiting for %s: %v", name, err)
	}
}

// all are the events of a name that are on a log now.
func (h *hall) all(t testing.TB, log events.Log, name string) []es.Event {
	t.Helper()
	last, err := h.Logs.Last(t.Context(), log.Name)
	if err != nil {
		t.Fatal(err)
	}
	var list []es.Event
	if last == 0 {
		return nil
	}
	if err := h.Logs.Tail(t.Context(), log, es.TailFrom{Until: last}, func(e es.Event) error {
		if e.Name == name {
			list = append(list, e)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return list
}

func bodyAs[T any](t testing.TB, e es.Event) T {
	t.Helper()
	var v T
	decodeInto(t, e.Data, &v)
	return v
}

// texts are those of messages, in the order of the log.
func texts(t testing.TB, list []es.Event) []string {
	t.Helper()
	var all []string
	for _, e := range list {
		all = append(all, bodyAs[events.MessageSent](t, e).Text)
	}
	return all
}

// timers is a clock of tests which tells for how long it is asked to wake somebody up.
type timers struct {
	*fake.Manual
	asked chan time.Duration
}

func newTimers() *timers { return &timers{fake.NewManual(time.Now()), make(chan time.Duration, 10000)} }

func (c *timers) AfterFunc(d time.Duration, f func()) func() {
	stop := c.Manual.AfterFunc(d, f)
	c.asked <- d
	return stop
}

// armed waits until somebody is to be woken up after one of some times.
func (c *timers) armed(ctx context.Context, durations ...time.Duration) {
	for {
		select {
		case d := <-c.asked:
			if slices.Contains(durations, d) {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}
