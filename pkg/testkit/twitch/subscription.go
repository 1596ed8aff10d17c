package twitch

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// The statuses that the server itself gives; Revoke takes any other.
const (
	enabled             = "enabled"
	pendingVerification = "webhook_callback_verification_pending"
	failedVerification  = "webhook_callback_verification_failed"
	failedTooOften      = "notification_failures_exceeded"
	disconnected        = "websocket_disconnected"
)

// eventsub is what is subscribed to and who is connected.
type eventsub struct {
	subscriptions []*Subscription
	sessions      []*session
	sent          map[string]Message
	recent        []string // the ids in sent, oldest first
	twice         bool
	silent        bool
}

func newEventsub() eventsub { return eventsub{sent: map[string]Message{}} }

// Subscription is one as Helix shows it.
type Subscription struct {
	ID        string            `json:"id"`
	Status    string            `json:"status"`
	Type      string            `json:"type"`
	Version   string            `json:"version"`
	Cost      int               `json:"cost"`
	Condition map[string]string `json:"condition"`
	Transport Transport         `json:"transport"`
	CreatedAt string            `json:"created_at"`

	// Failures is how many webhook attempts have failed in a row; only a State has it.
	Failures int `json:"-"`

	user    string // whose token subscribed; empty with an app access token
	secret  string
	session *session
	queue   *queue[delivery]
	pending int // webhook messages that were neither taken nor given up
}

// Transport is where a subscription's notifications go.
type Transport struct {
	Method         string `json:"method"`
	Callback       string `json:"callback,omitempty"`
	SessionID      string `json:"session_id,omitempty"`
	ConnectedAt    string `json:"connected_at,omitempty"`
	DisconnectedAt string `json:"disconnected_at,omitempty"`
}

func (sub *Subscription) view() Subscription {
	v := *sub
	v.Condition, v.secret, v.session, v.queue = maps.Clone(sub.Condition), "", nil, nil
	return v
}

func (sub *Subscription) alive() bool {
	return sub.Status == enabled || sub.Status == pendingVerification
}

// listSubscriptions answers the subscriptions that the kind of token has made.
func (s *Server) listSubscriptions(c call) (int, any) {
	filters := 0
	for _, name := range []string{"status", "type", "user_id", "subscription_id", "conduit_id"} {
		if c.query.Get(name) != "" {
			filters++
		}
	}
	if filters > 1 {
		return problem(400, "The request may specify only one filter query parameter")
	}
	var found []Subscription
	for _, sub := range s.events.subscriptions {
		q, user := c.query, c.query.Get("user_id")
		names := slices.ContainsFunc(slices.Collect(maps.Keys(sub.Condition)), func(key string) bool {
			return strings.HasSuffix(key, "user_id") && sub.Condition[key] == user
		})
		if sub.user == c.user && (q.Get("status") == "" || q.Get("status") == sub.Status) && (q.Get("type") == "" || q.Get("type") == sub.Type) &&
			(q.Get("subscription_id") == "" || q.Get("subscription_id") == sub.ID) && (user == "" || names) && q.Get("conduit_id") == "" {
			found = append(found, sub.view())
		}
	}
	_, after, err := paging(c.query)
	if err != nil {
		return problem(400, err.Error())
	}
	total, most := s.totalCost(c.user)
	part, next := cut(found, 100, after)
	return 200, map[string]any{
		"total": len(found), "data": append([]Subscription{}, part...), "total_cost": total, "max_total_cost": most, "pagination": next,
	}
}

func (s *Server) deleteSubscription(c call) (int, any) {
	id := c.query.Get("id")
	if id == "" {
		return problem(400, "Missing required parameter \"id\"")
	}
	i := slices.IndexFunc(s.events.subscriptions, func(sub *Subscription) bool { return sub.ID == id && sub.user == c.user })
	if i < 0 {
		return problem(404, "subscription not found")
	}
	sub := s.events.subscriptions[i]
	s.events.subscriptions = slices.Delete(s.events.subscriptions, i, i+1)
	sub.Status = "deleted"
	if sub.queue != nil {
		sub.queue.close()
	}
	if sub.session != nil {
		s.watchUse(sub.session)
	}
	s.note()
	return 204, nil
}

// Revoke ends a subscription and tells its subscriber why, for instance "authorization_revoked",
// "user_removed", "version_removed", "moderator_removed" or "chat_user_banned". It answers false when
// there is no such subscription.
func (s *Server) Revoke(id, status string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sub := range s.events.subscriptions {
		if sub.ID == id && sub.Status == enabled {
			s.end(sub, status)
			s.note()
			return true
		}
	}
	return false
}

// end gives a subscription its last status and tells of it. The lock is held.
func (s *Server) end(sub *Subscription, status string) {
	sub.Status = status
	s.deliver(sub, delivery{kind: "revocation", id: uuid(), body: map[string]any{"subscription": sub.view()}})
	if sub.session != nil {
		s.watchUse(sub.session)
	}
}

// lost is the end of all subscriptions of a session that is over. The lock is held.
func (s *Server) lost(session *session, status string, at time.Time) {
	for _, sub := range s.events.subscriptions {
		if sub.session == session && sub.Status == enabled {
			sub.Status, sub.Transport.DisconnectedAt = status, stamp(at)
		}
	}
}
