package twitch

import (
	"strconv"
	"time"
)

// ads is the channel's ad schedule.
type ads struct {
	next, last, refresh time.Time
	duration, snoozes   int
	// ready is when the next commercial may run.
	ready time.Time
	// texts answers the schedule's numbers as strings and its times as text, as the vendor's example
	// does; otherwise they are numbers, as the service did.
	texts bool
}

const (
	// snoozed is how far a snooze puts off the next ad, cooldown the pause in seconds between two
	// commercials.
	snoozed  = 5 * time.Minute
	cooldown = 480
	maxAd    = 180
)

func newAds(now time.Time) ads {
	return ads{duration: 60, snoozes: 3, refresh: now.Add(time.Hour)}
}

// AdsAsText tells whether the ad schedule has strings where one expects numbers.
func (s *Server) AdsAsText(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channel.ads.texts = on
}

func (a *ads) moment(t time.Time) any {
	switch {
	case a.texts && t.IsZero():
		return ""
	case a.texts:
		return t.Format(time.RFC3339)
	case t.IsZero():
		return 0
	}
	return t.Unix()
}

func (a *ads) number(n int) any {
	if a.texts {
		return strconv.Itoa(n)
	}
	return n
}

func (s *Server) getAds(c call) (int, any) {
	if c.user != s.Broadcaster.ID {
		return problem(400, "The broadcaster ID is not valid")
	}
	a := &s.channel.ads
	next, free := a.next, 0
	if s.channel.stream == nil {
		next = time.Time{}
	} else if !a.last.IsZero() {
		free = max(0, a.duration*10-int(s.clock.Now().Sub(a.last).Seconds()))
	}
	return 200, map[string]any{"data": []any{map[string]any{
		"next_ad_at": a.moment(next), "last_ad_at": a.moment(a.last), "duration": a.number(a.duration),
		"preroll_free_time": a.number(free), "snooze_count": a.number(a.snoozes), "snooze_refresh_at": a.moment(a.refresh),
	}}}
}

func (s *Server) snoozeAd(c call) (int, any) {
	a := &s.channel.ads
	switch {
	case c.user != s.Broadcaster.ID:
		return problem(400, "The broadcaster ID is not valid")
	case s.channel.stream == nil:
		return problem(400, "The channel is not currently live")
	case a.next.IsZero():
		return problem(400, "The channel does not have an upcoming scheduled ad break")
	case a.snoozes == 0:
		return problem(429, "The channel has no snoozes left")
	}
	a.snoozes--
	a.next = a.next.Add(snoozed)
	return 200, map[string]any{"data": []any{map[string]any{
		"snooze_count": a.number(a.snoozes), "snooze_refresh_at": a.moment(a.refresh), "next_ad_at": a.moment(a.next),
	}}}
}

func (s *Server) startCommercial(c call) (int, any) {
	var asked struct {
		Broadcaster string `json:"broadcaster_id"`
		Length      int    `json:"length"`
	}
	now, a := s.clock.Now(), &s.channel.ads
	err := decode(c.body, &asked)
	switch {
	case err != nil:
		return problem(400, err.Error())
	case asked.Broadcaster == "":
		return problem(400, "Missing required parameter \"broadcaster_id\"")
	case asked.Broadcaster != c.user:
		return problem(401, "The ID in broadcaster_id must match the user ID found in the request's OAuth token.")
	case asked.Length <= 0:
		return problem(400, "Missing required parameter \"length\"")
	case s.channel.stream == nil || c.user != s.Broadcaster.ID:
		return problem(400, "To start a commercial, the broadcaster must be streaming live.")
	case now.Before(a.ready):
		return problem(429, "The broadcaster may not run another commercial until the cooldown period expires.")
	}
	length := min(max(asked.Length, 30), maxAd)
	a.last, a.ready = now, now.Add(cooldown*time.Second)
	s.emit("channel.ad_break.begin", s.adBreak(length, false), nil)
	return 200, map[string]any{"data": []any{map[string]any{"length": length, "message": "", "retry_after": cooldown}}}
}
