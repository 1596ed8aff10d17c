package twitch

import (
	"fmt"
	"slices"
	"time"
	"unicode/utf8"
)

// stream is the one that is on the air.
type stream struct {
	id      string
	kind    string
	started time.Time
	viewers int
}

// Online begins a stream and tells of it; its id is answered. A stream that is on the air ends first.
func (s *Server) Online() string { return s.OnlineAs("live") }

// OnlineAs is Online for another type of stream, for instance "rerun" or "premiere".
func (s *Server) OnlineAs(kind string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.channel.stream != nil {
		s.emit("stream.offline", StreamOffline{s.broadcaster()}, nil)
	}
	now := s.clock.Now()
	s.channel.stream = &stream{id: fmt.Sprint(40000000000 + s.next()), kind: kind, started: now, viewers: 1}
	s.channel.ads.next = now.Add(30 * time.Minute)
	s.emit("stream.online", s.streamOnline(), nil)
	s.note()
	return s.channel.stream.id
}

// Offline ends the stream and tells of it.
func (s *Server) Offline() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channel.stream = nil
	s.emit("stream.offline", StreamOffline{s.broadcaster()}, nil)
	s.note()
}

// Quietly changes whether a stream is on the air without telling of it, as when the telling got
// lost; Helix shows it all the same.
func (s *Server) Quietly(live bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channel.stream = nil
	if live {
		s.channel.stream = &stream{id: fmt.Sprint(40000000000 + s.next()), kind: "live", started: s.clock.Now(), viewers: 1}
	}
	s.note()
}

// Viewers says how many watch the stream; none when there is no stream.
func (s *Server) Viewers(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.channel.stream != nil {
		s.channel.stream.viewers = n
	}
}

func (s *Server) getStreams(c call) (int, any) {
	ids, logins := c.query["user_id"], c.query["user_login"]
	if len(ids) > 100 || len(logins) > 100 {
		return problem(400, "At most 100 user_id and 100 user_login parameters")
	}
	if kind := c.query.Get("type"); kind != "" && kind != "all" && kind != "live" {
		return problem(400, "The value in the type query parameter is not valid")
	}
	u, ch := s.Broadcaster, &s.channel
	data := []map[string]any{}
	asked := len(ids)+len(logins) == 0 || slices.Contains(ids, u.ID) || slices.Contains(logins, u.Login)
	if ch.stream != nil && asked {
		data = append(data, map[string]any{
			"id": ch.stream.id, "user_id": u.ID, "user_login": u.Login, "user_name": u.Name, "game_id": ch.categoryID,
			"game_name": category(ch.categoryID).Name, "type": "live", "title": ch.title, "tags": ch.tags,
			"viewer_count": ch.stream.viewers, "started_at": ch.stream.started.Format(time.RFC3339), "language": ch.language,
			"thumbnail_url": s.ImagesURL + "/previews-ttv/live_user_" + u.Login + "-{width}x{height}.jpg", "tag_ids": []string{}, "is_mature": false,
		})
	}
	return 200, map[string]any{"data": data, "pagination": map[string]string{}}
}

// createMarker answers an id that is a number, as the vendor's own example has it.
func (s *Server) createMarker(c call) (int, any) {
	var asked struct {
		User        string `json:"user_id"`
		Description string `json:"description"`
	}
	err := decode(c.body, &asked)
	switch {
	case err != nil:
		return problem(400, err.Error())
	case asked.User == "":
		return problem(400, "The user_id field is required")
	case utf8.RuneCountInString(asked.Description) > 140:
		return problem(400, "The description is longer than 140 characters")
	case asked.User != c.user:
		return problem(403, "The user in the access token may not create markers for this user")
	case s.channel.stream == nil || asked.User != s.Broadcaster.ID:
		return problem(404, "The user is not streaming live")
	}
	now := s.clock.Now()
	marker := map[string]any{
		"id": s.next(), "created_at": now.Format(time.RFC3339), "description": asked.Description,
		"position_seconds": int(now.Sub(s.channel.stream.started).Seconds()),
	}
	s.channel.markers = append(s.channel.markers, marker)
	return 200, map[string]any{"data": []any{marker}}
}

// getSchedule answers what SetSchedule has set.
func (s *Server) getSchedule(c call) (int, any) {
	switch c.query.Get("broadcaster_id") {
	case "":
		return problem(400, "Missing required parameter \"broadcaster_id\"")
	case s.Broadcaster.ID:
	default:
		return problem(404, "segments were not found")
	}
	if len(s.channel.segments) == 0 {
		return problem(404, "segments were not found")
	}
	first, after, err := paging(c.query)
	if err != nil || first > 25 {
		return problem(400, "The parameter \"first\" must be between 1 and 25")
	}
	part, next := cut(s.channel.segments, first, after)
	u := s.Broadcaster
	return 200, map[string]any{"pagination": next, "data": map[string]any{
		"segments": part, "broadcaster_id": u.ID, "broadcaster_name": u.Name, "broadcaster_login": u.Login, "vacation": nil,
	}}
}

// Segment is one entry of the channel's schedule.
type Segment struct {
	Start, End time.Time
	Title      string
	CategoryID string
	Recurring  bool
	Canceled   bool
}

// SetSchedule replaces the channel's schedule.
func (s *Server) SetSchedule(segments ...Segment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channel.segments = nil
	for _, seg := range segments {
		var of, canceled any
		if c := category(seg.CategoryID); c.ID != "" {
			of = map[string]string{"id": c.ID, "name": c.Name}
		}
		if seg.Canceled {
			canceled = seg.End.UTC().Format(time.RFC3339)
		}
		s.channel.segments = append(s.channel.segments, map[string]any{
			"id": uuid(), "start_time": seg.Start.UTC().Format(time.RFC3339), "end_time": seg.End.UTC().Format(time.RFC3339),
			"title": seg.Title, "canceled_until": canceled, "category": of, "is_recurring": seg.Recurring,
		})
	}
}
