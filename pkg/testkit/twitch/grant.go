package twitch

import "time"

// Grant lets a user allow the client the scopes, without a browser.
func (s *Server) Grant(u User, scopes ...string) Tokens {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.userByID(u.ID); !known {
		s.users = append(s.users, u)
	}
	return s.authorised(s.newGrant(u.ID, scopes, false))
}

// authorised makes the first tokens of a grant and tells of it. The lock is held.
func (s *Server) authorised(g *grant) Tokens {
	if u, known := s.userByID(g.user); known {
		s.emit("user.authorization.grant", userAuthorization{g.client, ofUser(u)}, nil)
	}
	return s.issue(g)
}

// AppToken is an access token of the client itself.
func (s *Server) AppToken() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.issue(&grant{client: s.ClientID}).AccessToken
}

// TokenLife is how long access tokens hold that are made from now on; four hours unless told otherwise.
func (s *Server) TokenLife(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accounts.life = d
}

// Rotate tells whether every refresh makes another refresh token and ends the former; it does not
// unless told so.
func (s *Server) Rotate(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accounts.rotate = on
}

// Expire ends all access tokens; their refresh tokens hold.
func (s *Server) Expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.accounts.access)
	s.note()
}

// Disconnect is what happens when a user takes the client off their connections, or changes the
// password: no token holds any more, and the subscriptions are revoked.
func (s *Server) Disconnect(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, token := range s.accounts.access {
		if token.grant.user == u.ID {
			delete(s.accounts.access, key)
		}
	}
	for key, g := range s.accounts.refresh {
		if g.user == u.ID {
			delete(s.accounts.refresh, key)
		}
	}
	for _, sub := range s.events.subscriptions {
		need := kinds[sub.Type+"/"+sub.Version]
		if sub.Status == enabled && (sub.user == u.ID || need.scopes != "" && sub.Condition[need.by()] == u.ID) {
			s.end(sub, "authorization_revoked")
		}
	}
	s.emit("user.authorization.revoke", userAuthorization{s.ClientID, ofUser(u)}, nil)
	s.note()
}
