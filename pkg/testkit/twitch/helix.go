package twitch

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// call is a Helix request whose token has been looked at.
type call struct {
	query url.Values
	body  []byte
	// user is whose token it is; empty with an app access token.
	user   string
	scopes []string
}

// endpoint is one of Helix. Its handler runs with the lock held, and answers a status and a body.
type endpoint struct {
	// scope is needed of a user access token, and makes an app access token not enough; one of several
	// that bars separate.
	scope string
	// own is the query parameter that has to be the token's user.
	own    string
	handle func(*Server, call) (int, any)
}

var endpoints = map[string]endpoint{
	"GET users":                         {"", "", (*Server).getUsers},
	"GET streams":                       {"", "", (*Server).getStreams},
	"POST streams/markers":              {"channel:manage:broadcast", "", (*Server).createMarker},
	"GET channels":                      {"", "", (*Server).getChannels},
	"PATCH channels":                    {"channel:manage:broadcast", "broadcaster_id", (*Server).modifyChannel},
	"GET channels/followers":            {"moderator:read:followers", "broadcaster_id", (*Server).getFollowers},
	"GET channels/ads":                  {"channel:read:ads", "broadcaster_id", (*Server).getAds},
	"POST channels/ads/schedule/snooze": {"channel:manage:ads", "broadcaster_id", (*Server).snoozeAd},
	"POST channels/commercial":          {"channel:edit:commercial", "", (*Server).startCommercial},
	"GET search/categories":             {"", "", (*Server).searchCategories},
	"GET content_classification_labels": {"", "", (*Server).getLabels},
	"POST chat/messages":                {"", "", (*Server).sendMessage},
	"GET chat/badges":                   {"", "", (*Server).getBadges},
	"GET chat/badges/global":            {"", "", (*Server).getGlobalBadges},
	"GET schedule":                      {"", "", (*Server).getSchedule},
	"GET eventsub/subscriptions":        {"", "", (*Server).listSubscriptions},
	"POST eventsub/subscriptions":       {"", "", (*Server).createSubscription},
	"DELETE eventsub/subscriptions":     {"", "", (*Server).deleteSubscription},
}

// helix looks at token, client, scope and rate, and hands over to the endpoint.
func (s *Server) helix(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		refuse(w, 400, "the body cannot be read")
		return
	}
	e, known := endpoints[r.Method+" "+strings.TrimPrefix(r.URL.Path, "/helix/")]
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.holds(r, "Bearer")
	switch {
	case r.Header.Get("Authorization") == "":
		refuse(w, 401, "OAuth token is missing")
		return
	case r.Header.Get("Client-Id") == "":
		refuse(w, 401, "Client ID is missing")
		return
	case a == nil:
		refuse(w, 401, "Invalid OAuth token")
		return
	case r.Header.Get("Client-Id") != a.grant.client:
		refuse(w, 401, "Client ID and OAuth token do not match")
		return
	case !s.take(w, a.grant.client+" "+a.grant.user):
		refuse(w, 429, "Too Many Requests")
		return
	case !known:
		refuse(w, 404, "")
		return
	case e.scope != "" && a.grant.user == "":
		refuse(w, 401, "Missing User OAUTH Token")
		return
	case !suffices(a.grant.scopes, e.scope):
		refuse(w, 401, "Missing scope: "+strings.ReplaceAll(e.scope, "|", " or "))
		return
	}
	c := call{r.URL.Query(), body, a.grant.user, a.grant.scopes}
	if e.own != "" && c.query.Get(e.own) != c.user {
		if c.query.Get(e.own) == "" {
			refuse(w, 400, "Missing required parameter "+strconv.Quote(e.own))
		} else {
			refuse(w, 401, "The ID in "+e.own+" must match the user ID found in the request's OAuth token.")
		}
		return
	}
	status, said := e.handle(s, c)
	if said == nil {
		w.WriteHeader(status)
		return
	}
	answer(w, status, said)
}

// RateLimit is how many points a minute gives, for each client and user; 800 unless told otherwise.
func (s *Server) RateLimit(points int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limit = points
	clear(s.buckets)
}

// bucket has the points left, and fills up within a minute.
type bucket struct {
	points float64
	at     time.Time
}

// take takes a point out of the bucket and tells how it stands; false when there was none.
func (s *Server) take(w http.ResponseWriter, of string) bool {
	now, limit := s.clock.Now(), float64(s.limit)
	b := s.buckets[of]
	if b == nil {
		b = &bucket{limit, now}
		s.buckets[of] = b
	}
	b.points = min(limit, b.points+limit*now.Sub(b.at).Minutes())
	b.at = now
	enough := b.points >= 1
	if enough {
		b.points--
	}
	full := now.Add(time.Duration((limit - b.points) / limit * float64(time.Minute)))
	w.Header().Set("Ratelimit-Limit", strconv.Itoa(s.limit))
	w.Header().Set("Ratelimit-Remaining", strconv.Itoa(int(math.Floor(b.points))))
	w.Header().Set("Ratelimit-Reset", strconv.FormatInt(full.Add(time.Second-1).Unix(), 10))
	return enough
}

// problem is an answer that says what is wrong.
func problem(status int, message string) (int, any) {
	return status, map[string]any{"error": http.StatusText(status), "status": status, "message": message}
}

func refuse(w http.ResponseWriter, status int, message string) {
	_, said := problem(status, message)
	answer(w, status, said)
}

// decode reads a body; its error is a sentence for the client.
func decode(body []byte, into any) error {
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("the body is not the JSON that is expected: %w", err)
	}
	return nil
}

// paging reads first, 20 unless given, and after, a cursor that cut has made.
func paging(query url.Values) (first, after int, err error) {
	first = 20
	if given := query.Get("first"); given != "" {
		if first, err = strconv.Atoi(given); err != nil || first < 1 || first > 100 {
			return 0, 0, errors.New("first has to be between 1 and 100")
		}
	}
	if given := query.Get("after"); given != "" {
		if after, err = strconv.Atoi(strings.TrimPrefix(given, "cursor")); err != nil || after < 0 {
			return 0, 0, errors.New("after is not a cursor that was answered before")
		}
	}
	return first, after, nil
}

// cut answers a page and the pagination object that leads to the next one.
func cut[T any](all []T, first, after int) ([]T, map[string]string) {
	from := min(after, len(all))
	to := min(from+first, len(all))
	if to == len(all) {
		return all[from:to], map[string]string{}
	}
	return all[from:to], map[string]string{"cursor": "cursor" + strconv.Itoa(to)}
}
