package twitch

import (
	"crypto/rand"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Consent is what the user at the browser says to a client that asks.
type Consent int

const (
	// Allow agrees at once; it is what a server does unless told otherwise.
	Allow Consent = iota
	// Deny declines at once.
	Deny
	// Ask shows a page with two buttons.
	Ask
)

// code is an authorisation code that waits to be exchanged.
type code struct {
	user, redirect string
	scopes         []string
	expires        time.Time
}

// Consent says how the user at the browser answers from now on.
func (s *Server) Consent(c Consent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accounts.consent = c
}

// SignIn lets somebody else than the broadcaster sit at the browser.
func (s *Server) SignIn(u User) {
	s.AddUser(u)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accounts.signedIn = u.ID
}

// viewer is the user id of who sits at the browser. The lock is held.
func (s *Server) viewer() string {
	if s.accounts.signedIn != "" {
		return s.accounts.signedIn
	}
	return s.Broadcaster.ID
}

// authorize is where the browser comes by.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	s.mu.Lock()
	defer s.mu.Unlock()
	redirect, err := url.Parse(q.Get("redirect_uri"))
	registered := len(s.config.Redirects) == 0 || slices.Contains(s.config.Redirects, q.Get("redirect_uri"))
	switch {
	case q.Get("client_id") != s.ClientID:
		answer(w, 400, map[string]any{"status": 400, "message": "invalid client"})
		return
	case err != nil || !redirect.IsAbs() || !registered:
		answer(w, 400, map[string]any{"status": 400, "message": "redirect_mismatch"})
		return
	}
	back := func(with url.Values) {
		if state := q.Get("state"); state != "" {
			with.Set("state", state)
		}
		to := *redirect
		query := to.Query()
		for key := range with {
			query.Set(key, with.Get(key))
		}
		to.RawQuery = query.Encode()
		http.Redirect(w, r, to.String(), http.StatusFound)
	}
	decision := s.accounts.consent
	if decision == Ask {
		switch q.Get("decision") {
		case "allow":
			decision = Allow
		case "deny":
			decision = Deny
		}
	}
	switch {
	case q.Get("response_type") != "code":
		back(url.Values{"error": {"unsupported_response_type"}, "error_description": {"response_type has to be code"}})
	case decision == Deny:
		back(url.Values{"error": {"access_denied"}, "error_description": {"The user denied you access"}})
	case decision == Ask:
		here := html.EscapeString(r.URL.String())
		page(w, "Authorize", "<p>The application asks for <code>"+html.EscapeString(q.Get("scope"))+"</code></p>"+
			`<p><a href="`+here+`&amp;decision=allow">Authorize</a> <a href="`+here+`&amp;decision=deny">Cancel</a></p>`)
	default:
		secret := strings.ToLower(rand.Text() + rand.Text())[:30]
		scopes := strings.Fields(q.Get("scope"))
		s.accounts.codes[secret] = &code{s.viewer(), q.Get("redirect_uri"), scopes, s.clock.Now().Add(codeLife)}
		back(url.Values{"code": {secret}, "scope": {strings.Join(scopes, " ")}})
	}
}

// token answers the token endpoint, whatever the grant.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	kind := r.FormValue("grant_type")
	id, secret := r.FormValue("client_id"), r.FormValue("client_secret")
	s.mu.Lock()
	defer s.mu.Unlock()
	refuse := func(status int, message string) {
		answer(w, status, map[string]any{"status": status, "message": message})
	}
	refreshed := s.accounts.refresh[r.FormValue("refresh_token")]
	public := kind == deviceGrant || kind == "refresh_token" && refreshed != nil && refreshed.public
	switch {
	case id == "":
		refuse(400, "missing client id")
	case id != s.ClientID:
		refuse(400, "invalid client")
	case secret == "" && !public:
		refuse(400, "missing client secret")
	case secret != "" && secret != s.ClientSecret:
		refuse(403, "invalid client secret")
	case kind == "authorization_code":
		c := s.accounts.codes[r.FormValue("code")]
		delete(s.accounts.codes, r.FormValue("code"))
		if c == nil || !c.expires.After(s.clock.Now()) || c.redirect != r.FormValue("redirect_uri") {
			refuse(400, "Invalid authorization code")
			return
		}
		answer(w, 200, s.authorised(s.newGrant(c.user, c.scopes, false)))
	case kind == "refresh_token":
		if refreshed == nil || refreshed.public && !refreshed.lapses.After(s.clock.Now()) {
			answer(w, 400, map[string]any{"error": "Bad Request", "status": 400, "message": "Invalid refresh token"})
			return
		}
		s.accounts.refreshes++
		if s.accounts.rotate || refreshed.public {
			delete(s.accounts.refresh, refreshed.refresh)
			refreshed = s.newGrant(refreshed.user, refreshed.scopes, refreshed.public)
		}
		answer(w, 200, s.issue(refreshed))
	case kind == "client_credentials":
		answer(w, 200, s.issue(&grant{client: id}))
	case kind == deviceGrant:
		s.deviceToken(w, r.FormValue("device_code"), secret == "")
	default:
		refuse(400, "invalid grant type")
	}
}
