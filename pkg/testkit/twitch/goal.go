package twitch

// Goal is channel.goal.begin, .progress and .end; Type is for instance "subscription" or "follow".
type Goal struct {
	ID string `json:"id"`
	Broadcaster
	Type        string `json:"type"`
	Description string `json:"description"`
	Achieved    *bool  `json:"is_achieved,omitempty"`
	Current     int    `json:"current_amount"`
	Target      int    `json:"target_amount"`
	StartedAt   string `json:"started_at"`
	EndedAt     string `json:"ended_at,omitempty"`
}

// SharedChat is channel.shared_chat.begin, .update and .end; the end has no participants.
type SharedChat struct {
	SessionID string `json:"session_id"`
	Broadcaster
	HostID       string        `json:"host_broadcaster_user_id"`
	HostLogin    string        `json:"host_broadcaster_user_login"`
	HostName     string        `json:"host_broadcaster_user_name"`
	Participants []Broadcaster `json:"participants,omitempty"`
}

// Donation is channel.charity_campaign.donate.
type Donation struct {
	ID         string `json:"id"`
	CampaignID string `json:"campaign_id"`
	Broadcaster
	Viewer
	CharityName        string `json:"charity_name"`
	CharityDescription string `json:"charity_description"`
	CharityLogo        string `json:"charity_logo"`
	CharityWebsite     string `json:"charity_website"`
	Amount             Amount `json:"amount"`
}

// Goal makes a goal at a moment of its way: stage is "begin", "progress" or "end".
func (s *Server) Goal(stage, id string, current, target int) Goal {
	now := stamp(s.clock.Now())
	g := Goal{ID: id, Broadcaster: s.broadcaster(), Type: "subscription", Description: "A better microphone", Current: current, Target: target, StartedAt: now}
	if stage == "end" {
		achieved := current >= target
		g.Achieved, g.EndedAt = &achieved, now
	}
	return g
}

// SharedChat makes a session that the broadcaster hosts, with the others; without any it is its end.
func (s *Server) SharedChat(id string, with ...User) SharedChat {
	b := s.Broadcaster
	c := SharedChat{SessionID: id, Broadcaster: s.broadcaster(), HostID: b.ID, HostLogin: b.Login, HostName: b.Name}
	for _, u := range with {
		c.Participants = append(c.Participants, Broadcaster{u.ID, u.Login, u.Name})
	}
	if len(with) > 0 {
		c.Participants = append(c.Participants, s.broadcaster())
	}
	return c
}

// Donate makes a donation to the charity, in cents.
func (s *Server) Donate(from User, cents int) Donation {
	return Donation{
		ID: uuid(), CampaignID: "campaign-1", Broadcaster: s.broadcaster(), Viewer: ofUser(from), CharityName: "Lights for all",
		CharityDescription: "Lamps where there are none", CharityLogo: s.ImagesURL + "/badges/v1/charity/3", CharityWebsite: "https://charity.example",
		Amount: Amount{cents, 2, "EUR"},
	}
}

// Shoutout makes a channel.shoutout.create by the broadcaster.
func (s *Server) Shoutout(to User, viewers int) Shoutout {
	now := s.clock.Now()
	return Shoutout{
		s.broadcaster(), ofModerator(s.Broadcaster), to.ID, to.Login, to.Name, stamp(now), viewers, stamp(now.Add(120e9)), stamp(now.Add(3600e9)),
	}
}

// ShoutoutFrom makes a channel.shoutout.receive.
func (s *Server) ShoutoutFrom(from User, viewers int) ShoutoutReceived {
	return ShoutoutReceived{s.broadcaster(), from.ID, from.Login, from.Name, viewers, stamp(s.clock.Now())}
}
