package e2e

import (
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/afterglow-live/afterglow/pkg/testkit"
)

// person is an account as its owner or an administrator sees it.
type person struct{ ID, Email, Role string }

// join invites somebody, and answers the browser in which they have accepted.
func join(t testing.TB, p *platform, owner *client, address, role string) (*client, person) {
	t.Helper()
	var invited struct{ Link string }
	owner.call(t, http.MethodPost, "/api/accounts/invitations", map[string]string{"email": address, "role": role}, &invited)
	page, secret, _ := strings.Cut(invited.Link, "#token=")
	if page != p.url()+"/invite" {
		t.Errorf("the link leads to %s", page)
	}
	c, joined := p.visitor(), person{}
	res := c.call(t, http.MethodPost, "/api/accounts/invitations/accept", map[string]string{"token": secret, "password": password}, &joined)
	pair, _, _ := strings.Cut(res.header.Get("Set-Cookie"), ";")
	c.header.Set("Cookie", pair)
	return c, joined
}

// wantTurnedAway waits until the websocket is closed because nobody is signed in any more.
func (s *socket) wantTurnedAway() {
	s.t.Helper()
	check(s.t, s.conn.SetReadDeadline(time.Now().Add(5*time.Minute)))
	for {
		if _, _, err := s.conn.ReadMessage(); err != nil {
			if !websocket.IsCloseError(err, 4401) {
				s.t.Errorf("the websocket ended with %v", err)
			}
			return
		}
	}
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	provider, p := testkit.NewProvider(t), alone(t)
	provider.Redirect = p.url() + "/connect/oidc"
	p.env = append(p.env, "AFTERGLOW_OIDC_ISSUER="+provider.Issuer, "AFTERGLOW_OIDC_CLIENT_ID="+provider.ClientID,
		"AFTERGLOW_OIDC_CLIENT_SECRET="+provider.ClientSecret)
	up := p.up(t)
	up.waitReady(t)
	owner := p.browser(t)
	editor, joined := join(t, p, owner, "editor@example.org", "editor")

	// What is the owner's is the editor's too, but for who may do what.
	var made struct{ ID string }
	owner.call(t, http.MethodPost, "/api/streams", map[string]string{"title": "ours"}, &made)
	editor.call(t, http.MethodPatch, "/api/streams/"+made.ID, map[string]string{"title": "ours, edited"}, nil)
	for path, body := range map[string]map[string]string{
		"/api/accounts/" + joined.ID: {"role": "owner"},
		"/api/accounts/invitations":  {"email": "me@example.org", "role": "owner"},
	} {
		method := http.MethodPost
		if body["email"] == "" {
			method = http.MethodPatch
		}
		res, err := editor.try(soon(t), method, path, body, nil)
		check(t, err)
		if res.status != http.StatusForbidden {
			t.Errorf("%s %s: an editor gets %d %s", method, path, res.status, res.body)
		}
	}

	var created struct{ Token string }
	editor.call(t, http.MethodPost, "/api/tokens", map[string]string{"name": "a bot", "role": "viewer"}, &created)
	program := p.program(created.Token)
	sockets := []*socket{editor.open(t), program.open(t)}
	owner.call(t, http.MethodDelete, "/api/accounts/"+joined.ID, nil, nil)
	for _, s := range sockets {
		s.wantTurnedAway()
	}
	editor.refused(t, "/api/me", http.StatusUnauthorized)
	program.refused(t, "/api/me", http.StatusUnauthorized)

	// A browser finds its way to the provider and back.
	owner.call(t, http.MethodPost, "/api/accounts/invitations", map[string]string{"email": "guest@example.org", "role": "viewer"}, nil)
	provider.SignIn("sub", "7", "email", "Guest@example.org", "email_verified", true)
	jar, err := cookiejar.New(nil)
	check(t, err)
	browser := &http.Client{Jar: jar}
	res, err := browser.Get(p.url() + "/api/sessions/oidc")
	check(t, err)
	_ = res.Body.Close()
	if res.Request.URL.String() != p.url()+"/" {
		t.Fatalf("the browser is at %s: %s", res.Request.URL, res.Status)
	}
	guest, me := p.visitor(), person{}
	for _, c := range jar.Cookies(res.Request.URL) {
		guest.header.Add("Cookie", c.Name+"="+c.Value)
	}
	guest.call(t, http.MethodGet, "/api/me", nil, &me)
	if me.Email != "guest@example.org" || me.Role != "viewer" {
		t.Errorf("the browser is signed in as %+v", me)
	}

	// The command line acts as an owner that there is, also when the first one has left.
	second, _ := join(t, p, owner, "second@example.org", "owner")
	var first person
	owner.call(t, http.MethodGet, "/api/me", nil, &first)
	second.call(t, http.MethodDelete, "/api/accounts/"+first.ID, nil, nil)
	said := p.command(t, "token", "create", "--name", "ours", "--role", "editor")
	if said.code != 0 {
		t.Fatalf("the command line makes no token: %+v", said)
	}
	p.program(strings.TrimSpace(said.stdout)).call(t, http.MethodGet, "/api/streams/"+made.ID, nil, nil)
	up.stop(t)
}
