package twitch

import "time"

// Broadcaster is how an event names the channel that it is of.
type Broadcaster struct {
	BroadcasterID    string `json:"broadcaster_user_id"`
	BroadcasterLogin string `json:"broadcaster_user_login"`
	BroadcasterName  string `json:"broadcaster_user_name"`
}

// Viewer is how an event names who did something; all null when nobody is to know.
type Viewer struct {
	UserID    *string `json:"user_id"`
	UserLogin *string `json:"user_login"`
	UserName  *string `json:"user_name"`
}

// Moderator is how an event names who moderated.
type Moderator struct {
	ModeratorID    string `json:"moderator_user_id"`
	ModeratorLogin string `json:"moderator_user_login"`
	ModeratorName  string `json:"moderator_user_name"`
}

// Target is how an event of the chat names whose messages are gone.
type Target struct {
	TargetID    string `json:"target_user_id"`
	TargetLogin string `json:"target_user_login"`
	TargetName  string `json:"target_user_name"`
}

func (s *Server) broadcaster() Broadcaster {
	return Broadcaster{s.Broadcaster.ID, s.Broadcaster.Login, s.Broadcaster.Name}
}

func ofUser(u User) Viewer {
	if u.ID == "" {
		return Viewer{}
	}
	return Viewer{&u.ID, &u.Login, &u.Name}
}

func ofModerator(u User) Moderator { return Moderator{u.ID, u.Login, u.Name} }
func ofTarget(u User) Target       { return Target{u.ID, u.Login, u.Name} }

// StreamOnline is stream.online.
type StreamOnline struct {
	ID string `json:"id"`
	Broadcaster
	Type      string `json:"type"`
	StartedAt string `json:"started_at"`
}

// StreamOffline is stream.offline.
type StreamOffline struct{ Broadcaster }

// ChannelUpdate is channel.update, version 2.
type ChannelUpdate struct {
	Broadcaster
	Title        string   `json:"title"`
	Language     string   `json:"language"`
	CategoryID   string   `json:"category_id"`
	CategoryName string   `json:"category_name"`
	Labels       []string `json:"content_classification_labels"`
}

// AdBreak is channel.ad_break.begin.
type AdBreak struct {
	Seconds   int    `json:"duration_seconds"`
	StartedAt string `json:"started_at"`
	Automatic bool   `json:"is_automatic"`
	Broadcaster
	RequesterID    string `json:"requester_user_id"`
	RequesterLogin string `json:"requester_user_login"`
	RequesterName  string `json:"requester_user_name"`
}

type userAuthorization struct {
	ClientID string `json:"client_id"`
	Viewer
}

// UserUpdate is user.update.
type UserUpdate struct {
	Viewer
	Email         string `json:"email,omitempty"`
	EmailVerified bool   `json:"email_verified"`
	Description   string `json:"description"`
}

func (s *Server) streamOnline() StreamOnline {
	return StreamOnline{s.channel.stream.id, s.broadcaster(), s.channel.stream.kind, s.channel.stream.started.Format(time.RFC3339Nano)}
}

func (s *Server) channelUpdate() ChannelUpdate {
	ch := &s.channel
	return ChannelUpdate{s.broadcaster(), ch.title, ch.language, ch.categoryID, category(ch.categoryID).Name, ch.labels}
}

func (s *Server) adBreak(seconds int, automatic bool) AdBreak {
	u := s.Broadcaster
	return AdBreak{seconds, stamp(s.clock.Now()), automatic, s.broadcaster(), u.ID, u.Login, u.Name}
}
