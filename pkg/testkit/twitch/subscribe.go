package twitch

import (
	"maps"
	"net/url"
	"slices"
	"strings"
)

const (
	// The limits of EventSub: subscriptions with the same type and condition, connections with enabled
	// subscriptions of a client and user, subscriptions of a connection, and what they may cost.
	maxAlike       = 3
	maxConnections = 3
	maxPerSession  = 300
	maxSocketCost  = 10
	maxWebhookCost = 10000
)

// createSubscription answers 202, or why not.
func (s *Server) createSubscription(c call) (int, any) {
	var asked struct {
		Type      string            `json:"type"`
		Version   string            `json:"version"`
		Condition map[string]string `json:"condition"`
		Transport struct {
			Method    string `json:"method"`
			Callback  string `json:"callback"`
			Secret    string `json:"secret"`
			SessionID string `json:"session_id"`
		} `json:"transport"`
	}
	if err := decode(c.body, &asked); err != nil {
		return problem(400, err.Error())
	}
	need, known := kinds[asked.Type+"/"+asked.Version]
	if !known {
		return problem(400, "invalid subscription type and version")
	}
	if wrong := need.unfit(asked.Condition); wrong != "" {
		return problem(400, wrong)
	}
	for key, id := range asked.Condition {
		if _, ok := s.userByID(id); !ok && strings.HasSuffix(key, "user_id") && id != "" {
			return problem(400, "the user in "+key+" does not exist")
		}
	}
	sub := &Subscription{
		ID: uuid(), Status: enabled, Type: asked.Type, Version: asked.Version, Cost: s.cost(asked.Condition), Condition: asked.Condition,
		Transport: Transport{Method: asked.Transport.Method}, CreatedAt: stamp(s.clock.Now()), user: c.user,
	}
	var status int
	var why string
	switch sub.Transport.Method {
	case "websocket":
		status, why = s.overSocket(sub, asked.Transport.SessionID, need, c)
	case "webhook":
		status, why = s.overWebhook(sub, asked.Transport.Callback, asked.Transport.Secret, need)
	default:
		status, why = 400, "unsupported transport method"
	}
	if why != "" {
		return problem(status, why)
	}
	same, alike := s.like(sub)
	if same != nil {
		_, said := problem(409, "subscription already exists")
		said.(map[string]any)["id"] = same.ID
		return 409, said
	}
	if alike >= maxAlike {
		return problem(429, "too many subscriptions with the same type and condition")
	}
	total, most := s.totalCost(c.user)
	if total+sub.Cost > most {
		return problem(429, "total cost exceeded")
	}
	s.events.subscriptions = append(s.events.subscriptions, sub)
	if sub.session != nil {
		sub.session.user = c.user
	} else {
		s.startWebhook(sub)
	}
	s.log.Info("subscribed", "type", sub.Type, "transport", sub.Transport.Method)
	s.note()
	count, cost := 0, total+sub.Cost
	for _, other := range s.events.subscriptions {
		if other.user == c.user && other.alive() {
			count++
		}
	}
	return 202, map[string]any{"data": []Subscription{sub.view()}, "total": count, "total_cost": cost, "max_total_cost": most}
}

// like finds a subscription to the same that goes the same way, and counts those that go elsewhere.
func (s *Server) like(sub *Subscription) (same *Subscription, elsewhere int) {
	for _, other := range s.events.subscriptions {
		switch {
		case !other.alive() || other.Type != sub.Type || other.Version != sub.Version || !maps.Equal(other.Condition, sub.Condition):
		case other.session == sub.session && other.Transport.Callback == sub.Transport.Callback:
			return other, 0
		default:
			elsewhere++
		}
	}
	return nil, elsewhere
}

// overSocket binds a subscription to the session, or answers why not.
func (s *Server) overSocket(sub *Subscription, id string, need kind, c call) (int, string) {
	i := slices.IndexFunc(s.events.sessions, func(session *session) bool { return session.id == id && len(session.links) > 0 })
	switch {
	case c.user == "":
		return 400, "invalid transport and auth combination"
	case need.webhook:
		return 400, "invalid transport for the subscription type"
	case i < 0:
		return 400, "websocket transport session does not exist or has already disconnected"
	case !suffices(c.scopes, need.scopes) || need.scopes != "" && sub.Condition[need.by()] != c.user:
		return 403, "subscription missing proper authorization"
	}
	sub.session = s.events.sessions[i]
	if sub.session.user != "" && sub.session.user != c.user {
		return 400, "websocket transport session has subscriptions of another user"
	}
	used, mine := map[*session]bool{sub.session: true}, 0
	for _, other := range s.events.subscriptions {
		if other.Status == enabled && other.session != nil && other.user == c.user {
			used[other.session] = true
			if other.session == sub.session {
				mine++
			}
		}
	}
	if len(used) > maxConnections {
		return 429, "number of websocket transports limit exceeded"
	}
	if mine >= maxPerSession {
		return 429, "number of websocket subscriptions limit exceeded"
	}
	sub.Transport.SessionID, sub.Transport.ConnectedAt = sub.session.id, stamp(sub.session.connectedAt)
	return 0, ""
}

// overWebhook looks at the callback, or answers why it will not do.
func (s *Server) overWebhook(sub *Subscription, callback, secret string, need kind) (int, string) {
	u, err := url.Parse(callback)
	switch {
	case sub.user != "":
		return 400, "invalid transport and auth combination"
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return 400, "invalid callback"
	case s.config.PublicCallbacks && (u.Scheme != "https" || u.Port() != "" && u.Port() != "443"):
		return 400, "the callback has to use https and port 443"
	case len(secret) < 10 || len(secret) > 100 || strings.ContainsFunc(secret, func(r rune) bool { return r > 126 || r < 32 }):
		return 400, "the secret has to have 10 to 100 ASCII characters"
	case !s.mayTell(sub.Condition, need):
		return 403, "subscription missing proper authorization"
	}
	sub.Transport.Callback, sub.secret, sub.Status = callback, secret, pendingVerification
	return 0, ""
}

// mayTell tells whether the client itself may be told: the user has granted it what is needed, and
// for chat the bot scopes too.
func (s *Server) mayTell(condition map[string]string, need kind) bool {
	if need.scopes == "" {
		return condition["client_id"] == "" || condition["client_id"] == s.ClientID
	}
	if need.scopes == "user:read:chat" && (!s.granted(condition["user_id"], "user:bot") || !s.granted(condition["broadcaster_user_id"], "channel:bot")) {
		return false
	}
	return s.granted(condition[need.by()], need.scopes)
}

// cost is nothing when a user that the condition names has authorised the client.
func (s *Server) cost(condition map[string]string) int {
	for key, id := range condition {
		if strings.HasSuffix(key, "user_id") && s.granted(id, "") || key == "client_id" {
			return 0
		}
	}
	return 1
}

// totalCost is what the token's subscriptions cost, and what they may.
func (s *Server) totalCost(user string) (total, most int) {
	for _, sub := range s.events.subscriptions {
		if sub.user == user && sub.alive() {
			total += sub.Cost
		}
	}
	if user == "" {
		return total, maxWebhookCost
	}
	return total, maxSocketCost
}
