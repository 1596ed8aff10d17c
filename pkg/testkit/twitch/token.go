package twitch

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	// codeLife is how long a code can be exchanged, appLife how long an app access token holds, and
	// publicLife how long the refresh token of a public client.
	codeLife   = 10 * time.Minute
	appLife    = 60 * 24 * time.Hour
	publicLife = 30 * 24 * time.Hour
	// perRefresh is how many access tokens of one refresh token hold at the same time.
	perRefresh = 50
)

// accounts is who has granted what.
type accounts struct {
	consent   Consent
	signedIn  string // the user id of who sits at the browser; empty is the broadcaster
	life      time.Duration
	rotate    bool
	refreshes int
	codes     map[string]*code
	devices   map[string]*device
	access    map[string]*access
	refresh   map[string]*grant
}

// grant is what a user has allowed a client; an app access token has one without a user.
type grant struct {
	client, user string
	scopes       []string
	refresh      string
	// public grants need no secret, and their refresh tokens hold once, until lapses.
	public bool
	lapses time.Time
}

type access struct {
	grant   *grant
	token   string
	made    time.Time
	expires time.Time
}

func newAccounts() accounts {
	return accounts{
		life: 4 * time.Hour, codes: map[string]*code{}, devices: map[string]*device{},
		access: map[string]*access{}, refresh: map[string]*grant{},
	}
}

// Tokens is what a token request is answered with.
type Tokens struct {
	AccessToken  string   `json:"access_token"`
	ExpiresIn    int      `json:"expires_in"`
	RefreshToken string   `json:"refresh_token,omitempty"`
	Scope        []string `json:"scope,omitempty"`
	TokenType    string   `json:"token_type"`
}

// newGrant has the lock held, as all that follows.
func (s *Server) newGrant(user string, scopes []string, public bool) *grant {
	g := &grant{client: s.ClientID, user: user, scopes: scopes, refresh: strings.ToLower(rand.Text() + rand.Text())[:50], public: public}
	if public {
		g.lapses = s.clock.Now().Add(publicLife)
	}
	s.accounts.refresh[g.refresh] = g
	return g
}

// issue makes an access token.
func (s *Server) issue(g *grant) Tokens {
	now, life := s.clock.Now(), s.accounts.life
	if g.user == "" {
		life = appLife
	}
	token := &access{grant: g, token: strings.ToLower(rand.Text() + rand.Text())[:30], made: now, expires: now.Add(life)}
	s.accounts.access[token.token] = token
	var of []*access
	for _, other := range s.accounts.access {
		if g.user != "" && other.grant == g {
			of = append(of, other)
		}
	}
	slices.SortFunc(of, func(a, b *access) int { return a.made.Compare(b.made) })
	for len(of) > perRefresh {
		delete(s.accounts.access, of[0].token)
		of = of[1:]
	}
	s.note()
	return Tokens{token.token, int(life.Seconds()), g.refresh, g.scopes, "bearer"}
}

// holds answers the access token of an Authorization header with one of the schemes; nil when there
// is none that holds.
func (s *Server) holds(r *http.Request, schemes ...string) *access {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	a := s.accounts.access[token]
	if a == nil || !a.expires.After(s.clock.Now()) || !slices.Contains(schemes, scheme) {
		return nil
	}
	return a
}

// granted tells whether the user has allowed the client what is needed: scopes in words, each of
// them one or more separated by bars.
func (s *Server) granted(user, need string) bool {
	for _, g := range s.accounts.refresh {
		if g.user == user && suffices(g.scopes, need) {
			return true
		}
	}
	return false
}

func suffices(have []string, need string) bool {
	for _, word := range strings.Fields(need) {
		if !slices.ContainsFunc(strings.Split(word, "|"), func(scope string) bool { return slices.Contains(have, scope) }) {
			return false
		}
	}
	return true
}

// validate says whose an access token is.
func (s *Server) validate(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.holds(r, "OAuth", "Bearer")
	if a == nil {
		answer(w, 401, map[string]any{"status": 401, "message": "invalid access token"})
		return
	}
	said := map[string]any{"client_id": a.grant.client, "scopes": a.grant.scopes, "expires_in": int(a.expires.Sub(s.clock.Now()).Seconds())}
	if u, ok := s.userByID(a.grant.user); ok {
		said["login"], said["user_id"] = u.Login, u.ID
	}
	answer(w, 200, said)
}

// revoke ends an access token.
func (s *Server) revoke(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	token := r.FormValue("token")
	switch {
	case r.FormValue("client_id") != s.ClientID:
		answer(w, 404, map[string]any{"status": 404, "message": "client does not exist"})
	case s.accounts.access[token] == nil:
		answer(w, 400, map[string]any{"status": 400, "message": "Invalid token"})
	default:
		delete(s.accounts.access, token)
		s.note()
		w.WriteHeader(200)
	}
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a client that is gone needs no answer
}
