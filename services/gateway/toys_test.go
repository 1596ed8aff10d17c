package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// door is a service that lets in whoever has a secret it knows.
type door struct {
	mu      sync.Mutex
	callers map[string]api.Caller
	// away is how often it cannot tell who somebody is.
	away int
	odd
}

func newDoor() *door {
	return &door{odd: newOdd(), callers: map[string]api.Caller{
		"ours":   {Account: "ours", Owner: "ours", Role: api.Owner},
		"theirs": {Account: "theirs", Owner: "theirs", Role: api.Owner},
		"viewer": {Account: "ours", Owner: "ours", Role: api.Viewer},
	}}
}

func (o *door) forget(secret string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.callers, secret)
}

type credentials struct {
	Secret string `json:"secret"`
}

func (o *door) service() run.Service {
	return run.Service{
		Name: "door", Doc: "knows who is who",
		Endpoints: append(append(o.endpoints(), trips...),
			api.Post("/api/sessions", "signs in", api.Everybody, func(ctx context.Context, _ *run.Deps, req credentials) (api.Caller, error) {
				api.SetSession(ctx, req.Secret)
				return api.CallerOf(ctx), nil
			}),
			api.Delete("/api/sessions/current", "signs out", api.Everybody, func(ctx context.Context, d *run.Deps, _ struct{}) (api.None, error) {
				caller := api.CallerOf(ctx)
				api.SetSession(ctx, "")
				if caller.Account == "" {
					return api.None{}, nil
				}
				o.forget(caller.Session)
				_, err := d.Append(ctx, caller.Owner, events.SessionClosed{Account: caller.Account})
				return api.None{}, err
			}),
		),
		Authenticate: func(_ context.Context, _ *run.Deps, c run.Credential) (api.Caller, error) {
			o.mu.Lock()
			defer o.mu.Unlock()
			if o.away > 0 {
				o.away--
				return api.Caller{}, fault.New(fault.Unavailable, "the door is away")
			}
			caller, ok := o.callers[c.Session+c.Token]
			if c.Ticket == "once" && c.Holder != "" {
				caller, ok = o.callers["viewer"]
			}
			if !ok {
				return api.Caller{}, fault.New(fault.Unauthenticated, "the door does not know you")
			}
			caller.Session = c.Session
			return caller, nil
		},
	}
}

type stream struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

type newStream struct {
	Title string    `json:"title"`
	At    time.Time `json:"at,omitzero"`
}

func (n newStream) Validate() error {
	if n.Title == "" {
		return fault.Field("title", "give it one")
	}
	return nil
}

type streamRequest struct {
	Stream string `path:"stream" json:"-"`
	Shout  string `query:"shout" json:"-"`
}

type fileRequest struct {
	Clip string `path:"clip" json:"-"`
	Path string `path:"path" json:"-"`
}

// library is a service with a projection, documents, feeds, endpoints and files.
var library = run.Service{
	Name: "library", Doc: "keeps streams",
	Projections: []es.Projection{{
		Name: "library", Version: 1, SQL: "create table streams (owner text, id text, title text, primary key (owner, id))",
		Handle: []es.Handler[*es.Tx]{
			es.On(func(ctx context.Context, tx *es.Tx, e events.StreamCreated, m es.Meta) error {
				tx.Touch(m.Owner, "stream", e.Stream)
				tx.Touch(m.Owner, "streams", "")
				return tx.Queue(ctx, "insert into streams values ($1, $2, $3)", m.Owner, e.Stream, e.Title)
			}),
			es.On(func(ctx context.Context, tx *es.Tx, e events.StreamRenamed, m es.Meta) error {
				tx.Touch(m.Owner, "stream", e.Stream)
				return tx.Queue(ctx, "update streams set title = $3 where owner = $1 and id = $2", m.Owner, e.Stream, e.Title)
			}),
		},
		Documents: []es.Document{
			es.Each("stream", func(ctx context.Context, q es.Querier, owner, id string) (stream, error) {
				s := stream{ID: id}
				err := q.QueryRow(ctx, "select title from streams where owner = $1 and id = $2", owner, id).Scan(&s.Title)
				return s, err
			}),
			es.One("streams", func(ctx context.Context, q es.Querier, owner string) (map[string]int, error) {
				var n int
				err := q.QueryRow(ctx, "select count(*) from streams where owner = $1", owner).Scan(&n)
				return map[string]int{"count": n}, err
			}),
		},
	}},
	Endpoints: []run.Endpoint{
		api.Post("/api/streams", "makes a stream", api.Editors, func(ctx context.Context, d *run.Deps, req newStream) (stream, error) {
			s := stream{ID: es.IDFrom(ctx), Title: req.Title}
			_, err := d.Append(ctx, api.OwnerOf(ctx), events.StreamCreated{Stream: s.ID, Title: s.Title})
			return s, err
		}),
		api.Get("/api/streams/{stream}", "a stream", api.Viewers, func(ctx context.Context, d *run.Deps, req streamRequest) (stream, error) {
			s := stream{ID: req.Stream}
			err := d.DB.QueryRow(ctx, "select title from streams where owner = $1 and id = $2", api.OwnerOf(ctx), req.Stream).Scan(&s.Title)
			if err != nil {
				return s, fault.New(fault.NotFound, "there is no stream %s", req.Stream)
			}
			s.Title += req.Shout
			return s, nil
		}).Versioned("stream"),
		renameStream, careless, sharedFile, signed,
		api.Get("/api/broken", "always fails", api.Everybody, func(context.Context, *run.Deps, struct{}) (stream, error) {
			panic("a secret detail")
		}),
		api.Get("/media/{clip}/{path...}", "a file", api.Viewers, func(_ context.Context, _ *run.Deps, req fileRequest) (api.File, error) {
			return api.File{Key: req.Clip + "/" + req.Path, ContentType: "text/vtt; charset=utf-8", Cache: "private, max-age=60"}, nil
		}),
	},
	Feeds: []api.Feed{
		{Topic: "events/facts", Log: events.Facts, Filter: "fact.{owner}.>", Roles: api.Viewers},
		{Topic: "events/ticks", Log: events.Ticks, Filter: "tick.{owner}.>", Roles: api.Owners},
		{Topic: "titles/{stream}", Log: events.Facts, Filter: "fact.{owner}.stream.{stream}.renamed", Roles: api.Viewers},
	},
}

// site is a running gateway, seen from outside.
type site struct {
	*testkit.System
	door *door
	url  string
}

func start(t testing.TB, change func(*run.Config)) *site {
	t.Helper()
	return startOn(t, testkit.Platform(t), change)
}

// startOn starts it on parts that the test may stop, without the services that the test runs apart.
func startOn(t testing.TB, p run.Platform, change func(*run.Config), apart ...string) *site {
	t.Helper()
	s := &site{door: newDoor()}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.Config.Listen = listener.Addr().String()
	if change != nil {
		change(&p.Config)
	}
	s.url = "http://" + p.Config.Listen
	all := []run.Service{s.door.service(), library}
	gateway := service(slices.Clone(all), func(string, string) (net.Listener, error) { return listener, nil })
	together := slices.DeleteFunc(append(all, gateway), func(s run.Service) bool { return slices.Contains(apart, s.Name) })
	s.System = testkit.Start(t, p, together...)
	return s
}

// header of a request: names and values in turn.
func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i+1 < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

// cookie is the session cookie as a browser sends it.
func (s *site) cookie(secret string) string { return cookieName(s.Config.URL()) + "=" + secret }

var ours, theirs = []string{"Authorization", "Bearer ours"}, []string{"Authorization", "Bearer theirs"}

// send sends a request, and answers the response with its body.
func (s *site) send(t testing.TB, method, path, body string, pairs ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = header(pairs...)
	if body != "" && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var text bytes.Buffer
	if _, err := io.Copy(&text, res.Body); err != nil {
		t.Fatal(err)
	}
	return res, text.String()
}

// wantProblem fails the test unless the response is such a problem.
func wantProblem(t *testing.T, res *http.Response, text string, status int, code fault.Code) Problem {
	t.Helper()
	var p Problem
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		t.Fatalf("status %d, %q: %v", res.StatusCode, text, err)
	}
	if res.StatusCode != status || p.Status != status || p.Code != code || p.Title == "" || p.Detail == "" ||
		res.Header.Get("Content-Type") != "application/problem+json" {
		t.Fatalf("status %d, want a problem %d %s; got %+v as %s", res.StatusCode, status, code, p, res.Header.Get("Content-Type"))
	}
	return p
}

// make makes a stream of the caller.
func (s *site) make(t testing.TB, title string, caller []string) (made stream, position string) {
	t.Helper()
	res, text := s.send(t, "POST", "/api/streams", `{"title":"`+title+`"}`, caller...)
	if err := json.Unmarshal([]byte(text), &made); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("status %d, %s: %v", res.StatusCode, text, err)
	}
	return made, res.Header.Get("Afterglow-Position")
}
