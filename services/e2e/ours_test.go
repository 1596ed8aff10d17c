package e2e

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

// belongings are what the owner of an installation has.
type belongings struct {
	owner *client
	// path, query and body are what the parameters and fields of requests can be, by their names. What is
	// the owner's is named wherever it can be.
	path, query map[string]string
	body        map[string]any
	// marks are texts that only the owner has to do with: nobody else may be told them.
	marks []string
}

// furnish lets the owner have one of everything.
func furnish(t *testing.T, p *platform) *belongings {
	t.Helper()
	const title, label, reason, tokenName, file = "An evening of ours", "A moment of ours", "a reason of ours", "A token of ours", "recording-of-ours.mp4"
	const guest = "guest-of-ours@example.org"
	owner := p.browser(t)
	var me, token struct{ ID string }
	owner.call(t, http.MethodGet, "/api/me", nil, &me)
	session := latest[struct{ ID string }](t, owner, "/api/sessions")
	owner.call(t, http.MethodPost, "/api/accounts/invitations", map[string]string{"email": guest, "role": "viewer"}, nil)
	invitation := latest[struct{ ID string }](t, owner, "/api/accounts/invitations")
	owner.call(t, http.MethodPost, "/api/tokens", map[string]string{"name": tokenName, "role": "viewer"}, &token)

	var made stream
	owner.call(t, http.MethodPost, "/api/streams", map[string]string{"title": title}, &made)
	var flagged marker
	marked := owner.call(t, http.MethodPost, "/api/streams/"+made.ID+"/markers", map[string]any{"label": label, "at": 1.5}, &flagged)
	content, err := os.ReadFile(sample(t, 1))
	check(t, err)
	live := owner.open(t)
	recorded, err := owner.upload(soon(t), file, content)
	check(t, err)
	live.subscribeOnceThere("clip/" + recorded.ID)
	until(live, "clip/"+recorded.ID, clip.final)
	begun, err := owner.begin(soon(t), "begun-"+file, 1<<20)
	check(t, err)
	work := latest[struct{ ID, Cause string }](t, owner, "/api/jobs")
	p.bury(t, me.ID, events.LetterBuried{Letter: work.ID, Reactor: "clips-prepare", Position: work.Cause, Name: "clip.probed", Attempts: 5, Reason: reason, Body: []byte("{}")})
	live.subscribe("jobs")
	until(live, "jobs", func(v json.RawMessage) bool { return strings.Contains(string(v), reason) })
	var known struct{ SHA256 string }
	owner.call(t, http.MethodGet, "/api/clips/"+recorded.ID, nil, &known)
	position := marked.header.Get(position)
	seen := furnishLive(t, p, owner)

	return &belongings{
		owner: owner,
		path: map[string]string{
			"stream": made.ID, "marker": flagged.ID, "clip": recorded.ID, "file": "hls/index.m3u8", "upload": begun.ID,
			"job": work.ID, "letter": work.ID, "log": "FACTS", "seq": strconv.FormatUint(sequence(t, position), 10),
			"account": me.ID, "session": session.ID, "token": token.ID, "invitation": invitation.ID,
			"channel": seen.channel, "user": seen.viewer, "series": seen.series, "date": "2026-02-07", "bridge": seen.bridge,
		},
		query: map[string]string{
			"q": title, "sort": "newest", "limit": "10", "cursor": "", "stream": made.ID, "sha256": known.SHA256,
			"state": "failed", "/api/letters?state": "open", "kind": "buried", "source": "clips-prepare", "log": "FACTS", "name": "stream.created",
			"aggregate": "stream", "aggregateId": made.ID, "actor": me.ID, "correlation": made.ID, "since": "2020-01-01T00:00:00Z",
			"until": "2100-01-01T00:00:00Z", "topic": "stream/" + made.ID, "at": position, "code": "x", "error": "x",
			"published": "false", "from": "2020-01-01", "to": "2100-01-01", "size": "1048576", "/api/uploads?name": "begun-" + file,
			"error_description": "x", "iss": "x", "reactor": "clips-prepare", "begin": "true", "/connect/twitch?state": "x",
			"channel": seen.channel, "user": seen.viewer, "buckets": "10", "zone": "Europe/Berlin",
			"/api/activity?kind": "follow", "/api/chat?q": seen.line, "/api/chat?sort": "sentAt", "/api/series?q": seen.plan, "/api/twitch/categories?q": "sci",
			"/api/chat?from": "2020-01-01T00:00:00Z", "/api/chat?to": "2100-01-01T00:00:00Z",
			"/api/activity?from": "2020-01-01T00:00:00Z", "/api/activity?to": "2100-01-01T00:00:00Z",
			"/api/chat/streams/{stream}/replay?from": "0", "/api/chat/streams/{stream}/replay?to": "10",
			"/api/series/occurrences?from": "2026-01-01", "/api/series/occurrences?to": "2026-03-01",
		},
		body: map[string]any{
			"title": "of theirs", "label": "of theirs", "name": "of theirs", "at": 1, "startedAt": "2026-01-31T20:00:00Z",
			"endedAt": "2026-01-31T22:00:00Z", "timeZone": "Europe/Berlin", "priority": 1,
			"size": 1000, "contentType": "video/mp4", "streamId": made.ID, "role": "viewer", "email": email, "token": "x",
			"password": "another long password", "current": "no password of ours", "expiresIn": 60,
			"clientId": "an-application-of-theirs", "clientSecret": "x", "text": "of theirs", "length": 30, "reason": "of theirs", "date": "2026-02-07",
			"stream": made.ID, "channel": seen.channel, "comments": []any{}, "events": []any{}, "source": "api",
			"series": "", "description": "of theirs", "streamTitle": "of theirs", "category": map[string]any{"id": "1", "name": "of theirs"}, "tags": []any{},
			"categoryId": "1", "categoryName": "of theirs", "delay": 0, "replyTo": "x",
			"language": "en", "labels": []any{}, "notes": "of theirs", "zone": "Europe/Berlin", "start": "2026-01-31", "end": "2026-12-31",
			"time": "19:30", "minutes": 60, "recurrence": map[string]any{}, "paused": false,
		},
		marks: []string{
			title, label, reason, tokenName, file, guest, email, known.SHA256, made.ID, flagged.ID, recorded.ID, begun.ID,
			work.ID, me.ID, session.ID, token.ID, invitation.ID, seen.line, seen.plan, seen.series, seen.bridge,
		},
	}
}

// live is what is the owner's of the live side.
type live struct{ channel, viewer, line, series, plan, bridge string }

// furnishLive connects a channel, in which somebody writes, plans a series, and lets OBS be heard.
func furnishLive(t *testing.T, p *platform, owner *client) live {
	t.Helper()
	viewer := p.twitch.User("theirs")
	l := live{channel: p.twitch.Broadcaster.ID, viewer: viewer.ID, line: "lineofours", plan: "A plan of ours", bridge: "bridge-of-ours"}
	p.connectTwitch(t, owner)
	p.twitch.Say(viewer, l.line)
	poll(t, "the chat is not heard", func() bool {
		var page struct{ Items []chatted }
		owner.call(t, http.MethodGet, "/api/chat?q="+l.line, nil, &page)
		return len(page.Items) == 1
	})
	poll(t, "the connection does not say that it hears", func() bool {
		return strings.Contains(string(owner.call(t, http.MethodGet, "/api/events?name=connection.heard", nil, nil).body), "channel.follow")
	})
	var planned struct{ ID string }
	owner.call(t, http.MethodPost, "/api/series", map[string]any{
		"title": l.plan, "zone": "Europe/Berlin", "start": "2026-01-31", "time": "19:30", "minutes": 120, "recurrence": map[string]any{"every": "week", "days": []string{"saturday"}},
	}, &planned)
	l.series = planned.ID
	owner.call(t, http.MethodPost, "/api/obs/"+l.bridge+"/events", map[string]any{"events": []any{
		map[string]any{"id": "e1", "kind": "scene_changed", "at": "2026-01-31T20:00:00Z", "scene": "Main"},
	}}, nil)
	return l
}

// latest is the first item of a list.
func latest[T any](t testing.TB, c *client, path string) T {
	t.Helper()
	var page struct{ Items []T }
	c.call(t, http.MethodGet, path, nil, &page)
	if len(page.Items) == 0 {
		t.Fatalf("%s is empty", path)
	}
	return page.Items[0]
}

// bury lets a reactor have given up on something of the owner.
func (p *platform) bury(t testing.TB, owner string, letter events.LetterBuried) es.Position {
	t.Helper()
	nc, err := nats.Connect(p.logs.url())
	check(t, err)
	defer nc.Close()
	logs, err := es.Open(context.WithoutCancel(t.Context()), nc, testkit.Logger(t))
	check(t, err)
	at, err := logs.Append(soon(t), owner, letter)
	check(t, err)
	return at
}
