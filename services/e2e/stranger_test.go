package e2e

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/services"
)

// TestNobodyGetsWhatIsNotTheirs calls every endpoint and subscribes to every topic there is, with
// everything that the owner has: as the owner of another account, as nobody, as a program that may
// only look, and as another site's page in the owner's own browser.
func TestNobodyGetsWhatIsNotTheirs(t *testing.T) {
	t.Parallel()
	p := apart(t, 1)
	ours := furnish(t, p)
	stranger, nobody := p.stranger(t), p.visitor()
	var created struct{ Token string }
	last := ours.owner.call(t, http.MethodPost, "/api/tokens", map[string]string{"name": "looks on", "role": "viewer"}, &created)
	viewer := p.program(created.Token)
	elsewhere := &client{url: p.url(), header: http.Header{"Cookie": ours.owner.header["Cookie"], "Sec-Fetch-Site": {"cross-site"}}}

	before := ours.written(t, last)
	for _, service := range services.All() {
		for _, e := range service.Endpoints {
			questions := ours.questions(t, e.Route, ours.path)
			for i, q := range questions {
				if e.Method == http.MethodGet && e.Roles != nil && i == len(questions)-1 {
					ours.wants(t, q, ours.owner, "the owner", http.StatusOK)
				}
				ours.refuses(t, q, stranger, "a stranger", 0)
				unknown := 0
				if e.Roles != nil {
					unknown = http.StatusUnauthorized
				}
				ours.refuses(t, q, nobody, "nobody", unknown)
				if e.Roles != nil && !e.Roles.Has(api.Viewer) {
					ours.wants(t, q, viewer, "who may look on", http.StatusForbidden)
				}
				if e.Method != http.MethodGet {
					ours.wants(t, q, elsewhere, "a page of another site", http.StatusForbidden)
				}
			}
			for _, name := range e.PathParams() {
				for _, id := range ours.path {
					swapped := maps.Clone(ours.path)
					swapped[name] = id
					ours.refuses(t, ours.questions(t, e.Route, swapped)[0], stranger, "a stranger", 0)
				}
			}
		}
	}
	last = ours.eavesdrop(t, p, stranger, viewer)
	if conn, res, err := websocket.DefaultDialer.DialContext(soon(t), "ws"+strings.TrimPrefix(p.url(), "http")+"/ws", nil); err == nil {
		t.Errorf("nobody has a websocket: %v %v", conn.LocalAddr(), res)
	}
	after := ours.written(t, last)
	if !slices.EqualFunc(before, after, func(a, b fact) bool { return a.Seq == b.Seq && a.ID == b.ID }) {
		t.Errorf("others have written:\nbefore %v\nafter  %v", before, after)
	}
}

// written are the owner's events, once everything up to the last write is among them.
func (b *belongings) written(t *testing.T, last response) []fact {
	t.Helper()
	c := &client{url: b.owner.url, header: b.owner.header.Clone()}
	c.header.Set(minPosition, last.header.Get(position))
	return all[fact](t, c, "/api/events", "cursor")
}

// question is a request about what is the owner's.
type question struct {
	method, path, query string
	body                map[string]any
	// sent is all that it names, and names tells whether its path or its body names what is the owner's.
	sent  string
	names bool
}

func (q question) String() string { return q.method + " " + q.path + "?" + q.query }

// free are the parts of a path that everybody may call what is theirs.
var free = map[string]bool{"bridge": true, "date": true}

// questions ask an endpoint about what is the owner's: in its path and its body, and then with one
// parameter of the query after the other.
func (b *belongings) questions(t *testing.T, route api.Route, path map[string]string) []question {
	t.Helper()
	q := question{method: route.Method, path: route.Path}
	for _, name := range route.PathParams() {
		value, ok := path[name]
		if !ok {
			t.Errorf("%s %s: say in furnish what {%s} of the owner's is", route.Method, route.Path, name)
		}
		q.path = strings.NewReplacer("{"+name+"}", value, "{"+name+"...}", value).Replace(q.path)
		q.sent += value + "\n"
		q.names = q.names || !free[name]
	}
	var queries []string
	for _, field := range reflect.VisibleFields(route.Request) {
		if field.Anonymous {
			continue
		}
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if query := field.Tag.Get("query"); query != "" {
			value, ok := b.query[route.Path+"?"+query]
			if !ok {
				value, ok = b.query[query]
			}
			if !ok {
				t.Errorf("%s %s: say in furnish what ?%s= can be", route.Method, route.Path, query)
			}
			queries = append(queries, url.Values{query: {value}}.Encode())
		} else if name != "-" && field.Tag.Get("path") == "" {
			value, ok := b.body[name]
			if !ok {
				t.Errorf("%s %s: say in furnish what the field %s of its body can be", route.Method, route.Path, name)
			}
			if q.body == nil {
				q.body = map[string]any{}
			}
			q.body[name] = value
		}
	}
	text, err := json.Marshal(q.body)
	check(t, err)
	q.names = q.names || slices.ContainsFunc(b.marks, func(mark string) bool { return strings.Contains(string(text), mark) })
	q.sent += string(text)
	if len(queries) == 0 {
		return []question{q}
	}
	var list []question
	for _, query := range append(queries, strings.Join(queries, "&")) {
		q.query = query
		unescaped, err := url.QueryUnescape(query)
		check(t, err)
		list = append(list, q.naming(unescaped))
	}
	return list
}

// naming is the question that names more.
func (q question) naming(text string) question {
	q.sent += "\n" + text
	return q
}

// wants asks a question, and wants the answer to have the status, unless that is zero, and to tell
// nobody but the owner what is the owner's.
func (b *belongings) wants(t *testing.T, q question, c *client, who string, status int) response {
	t.Helper()
	var body any
	if q.body != nil {
		body = q.body
	}
	path := q.path
	if q.query != "" {
		path += "?" + q.query
	}
	res, err := c.try(soon(t), q.method, path, body, nil)
	check(t, err)
	if status != 0 && res.status != status {
		t.Errorf("%s: %s gets %d %s; want %d", q, who, res.status, res.body, status)
	}
	for _, mark := range b.marks {
		if c != b.owner && strings.Contains(string(res.body), mark) && !strings.Contains(q.sent, mark) {
			t.Errorf("%s: %s is told %q: %s", q, who, mark, res.body)
			break
		}
	}
	return res
}

// refuses asks a question as somebody else. What is the owner's cannot be had, and is no surprise.
func (b *belongings) refuses(t *testing.T, q question, c *client, who string, status int) {
	t.Helper()
	if res := b.wants(t, q, c, who, status); res.status >= 500 || q.names && res.status/100 == 2 {
		t.Errorf("%s: %s gets %d %s", q, who, res.status, res.body)
	}
}

// eavesdrop subscribes to every topic, and answers what the stranger wrote last.
func (b *belongings) eavesdrop(t *testing.T, p *platform, stranger, viewer *client) response {
	t.Helper()
	theirs, looking := stranger.open(t), viewer.open(t)
	for _, service := range services.All() {
		for _, projection := range service.Projections {
			for _, document := range projection.Documents {
				topic := document.Topic
				if document.ByID {
					id, ok := b.path[topic]
					if !ok {
						t.Errorf("topic %s: say in furnish which %s is the owner's", topic, topic)
					}
					topic += "/" + id
				}
				theirs.subscribe(topic)
				m := theirs.next(topic)
				if document.ByID && (m.Type != "ERROR" || m.Code != "not_found") {
					t.Errorf("a stranger subscribes to %s: %+v", topic, m)
				}
				b.silent(t, topic, m.Value)
			}
		}
		for _, feed := range service.Feeds {
			topic := strings.ReplaceAll(feed.Topic, "{channel}", b.path["channel"])
			if strings.Contains(topic, "{") {
				t.Errorf("topic %s: say here how a stranger subscribes to it", feed.Topic)
			}
			theirs.subscribe(topic, 0)
			if !feed.Roles.Has(api.Viewer) {
				looking.subscribe(topic, 0)
				if m := looking.next(topic); m.Type != "ERROR" || m.Code != "forbidden" {
					t.Errorf("who may look on subscribes to %s: %+v", topic, m)
				}
			}
		}
	}
	// What comes before the stranger's own events is all that there was to hear.
	res := stranger.call(t, http.MethodPost, "/api/streams", map[string]string{"title": "of theirs"}, nil)
	heard := theirs.events("events/facts", sequence(t, res.header.Get(position)))
	buried := p.bury(t, strangerID, events.LetterBuried{Letter: "l1", Reason: "of theirs", Body: []byte("{}")})
	for _, event := range append(heard, theirs.events("events/dead", buried.Seq)...) {
		b.silent(t, "a feed", event.Data)
	}
	for _, m := range theirs.unseen {
		b.silent(t, m.Topic, append(m.Value, m.Event.Data...))
	}
	return res
}

// silent wants nothing of the owner's in what a stranger hears.
func (b *belongings) silent(t *testing.T, topic string, heard []byte) {
	t.Helper()
	if i := slices.IndexFunc(b.marks, func(mark string) bool { return strings.Contains(string(heard), mark) }); i >= 0 {
		t.Errorf("a stranger hears on %s of %q: %s", topic, b.marks[i], heard)
	}
}

const strangerID = "stranger"

// stranger is a program with a token of another account. There is no way yet to make a second
// account from outside.
func (p *platform) stranger(t testing.TB) *client {
	t.Helper()
	const id, token = strangerID, "agl_stranger"
	hash := sha256.Sum256([]byte(token))
	ctx := soon(t)
	conn, err := pgx.Connect(ctx, p.database)
	check(t, err)
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	_, err = conn.Exec(ctx, `insert into vault.accounts (id, owner, email, password_hash, role, created_at)
		values ($1, $1, 'stranger@example.org', '', 'owner', now())`, id)
	check(t, err)
	_, err = conn.Exec(ctx, `insert into vault.tokens (id, hash, owner, account, name, role, created_at)
		values ($1, $2, $1, $1, 'token', 'owner', now())`, id, hash[:])
	check(t, err)
	c := p.program(token)
	var me struct{ ID string }
	c.call(t, http.MethodGet, "/api/me", nil, &me)
	if me.ID != id {
		t.Fatalf("the stranger is %q", me.ID)
	}
	return c
}
