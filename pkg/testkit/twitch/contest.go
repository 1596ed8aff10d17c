package twitch

import "time"

// HypeTrain is channel.hype_train.begin, .progress and .end, version 2; the fields that an event does
// not have are left out.
type HypeTrain struct {
	ID string `json:"id"`
	Broadcaster
	Total            int            `json:"total"`
	Progress         *int           `json:"progress,omitempty"`
	Goal             *int           `json:"goal,omitempty"`
	TopContributions []Contribution `json:"top_contributions"`
	Participants     []Broadcaster  `json:"shared_train_participants"`
	Level            int            `json:"level"`
	StartedAt        string         `json:"started_at"`
	ExpiresAt        string         `json:"expires_at,omitempty"`
	EndedAt          string         `json:"ended_at,omitempty"`
	CooldownEndsAt   string         `json:"cooldown_ends_at,omitempty"`
	Shared           bool           `json:"is_shared_train"`
	Type             string         `json:"type"`
	AllTimeHighLevel *int           `json:"all_time_high_level,omitempty"`
	AllTimeHighTotal *int           `json:"all_time_high_total,omitempty"`
}

// Contribution is what somebody has given to a hype train; Type is "bits", "subscription" or "other".
type Contribution struct {
	Viewer
	Type  string `json:"type"`
	Total int    `json:"total"`
}

// HypeTrain makes a hype train at a moment of its way: stage is "begin", "progress" or "end".
func (s *Server) HypeTrain(stage, id string, level, total int, top ...Contribution) HypeTrain {
	now := s.clock.Now()
	h := HypeTrain{ID: id, Broadcaster: s.broadcaster(), Total: total, TopContributions: append([]Contribution{}, top...), Level: level, StartedAt: stamp(now), Type: "regular"}
	if stage == "end" {
		h.EndedAt, h.CooldownEndsAt = stamp(now), stamp(now.Add(time.Hour))
		return h
	}
	progress, goal := total%500, 500
	h.Progress, h.Goal, h.ExpiresAt = &progress, &goal, stamp(now.Add(5*time.Minute))
	if stage == "begin" {
		highLevel, highTotal := 4, 2845
		h.AllTimeHighLevel, h.AllTimeHighTotal = &highLevel, &highTotal
	}
	return h
}

// Contributed is what a user has given to a hype train.
func Contributed(u User, kind string, total int) Contribution {
	return Contribution{ofUser(u), kind, total}
}

// Poll is channel.poll.begin, .progress and .end.
type Poll struct {
	ID string `json:"id"`
	Broadcaster
	Title        string         `json:"title"`
	Choices      []PollChoice   `json:"choices"`
	BitsVoting   map[string]any `json:"bits_voting"`
	PointsVoting map[string]any `json:"channel_points_voting"`
	Status       string         `json:"status,omitempty"`
	StartedAt    string         `json:"started_at"`
	EndsAt       string         `json:"ends_at,omitempty"`
	EndedAt      string         `json:"ended_at,omitempty"`
}

// PollChoice is one of a poll; there are votes from its first progress on.
type PollChoice struct {
	ID          string `json:"id"`
	Title       string `json:"title"`
	BitsVotes   *int   `json:"bits_votes,omitempty"`
	PointsVotes *int   `json:"channel_points_votes,omitempty"`
	Votes       *int   `json:"votes,omitempty"`
}

// Poll makes a poll at a moment of its way: stage is "begin", "progress" or "end". Votes are those of
// each choice.
func (s *Server) Poll(stage, id, title string, choices []string, votes ...int) Poll {
	now := s.clock.Now()
	voting := map[string]any{"is_enabled": false, "amount_per_vote": 0}
	p := Poll{ID: id, Broadcaster: s.broadcaster(), Title: title, BitsVoting: voting, PointsVoting: voting, StartedAt: stamp(now)}
	for i, choice := range choices {
		c := PollChoice{ID: id + "-" + choice, Title: choice}
		if stage != "begin" && i < len(votes) {
			none := 0
			c.BitsVotes, c.PointsVotes, c.Votes = &none, &none, &votes[i]
		}
		p.Choices = append(p.Choices, c)
	}
	if stage == "end" {
		p.Status, p.EndedAt = "completed", stamp(now)
	} else {
		p.EndsAt = stamp(now.Add(time.Minute))
	}
	return p
}

// Prediction is channel.prediction.begin, .progress, .lock and .end.
type Prediction struct {
	ID string `json:"id"`
	Broadcaster
	Title     string              `json:"title"`
	Winner    *string             `json:"winning_outcome_id,omitempty"`
	Outcomes  []PredictionOutcome `json:"outcomes"`
	Status    string              `json:"status,omitempty"`
	StartedAt string              `json:"started_at"`
	LocksAt   string              `json:"locks_at,omitempty"`
	LockedAt  string              `json:"locked_at,omitempty"`
	EndedAt   string              `json:"ended_at,omitempty"`
}

// PredictionOutcome is one that points are set on.
type PredictionOutcome struct {
	ID            string      `json:"id"`
	Title         string      `json:"title"`
	Color         string      `json:"color"`
	Users         int         `json:"users,omitempty"`
	ChannelPoints int         `json:"channel_points,omitempty"`
	TopPredictors []Predictor `json:"top_predictors,omitempty"`
}

// Predictor is one of those who have set the most; what was won is null until it ends.
type Predictor struct {
	Viewer
	Won  *int `json:"channel_points_won"`
	Used int  `json:"channel_points_used"`
}

// Prediction makes a prediction at a moment of its way: stage is "begin", "progress", "lock" or
// "end". At the end the first outcome has won.
func (s *Server) Prediction(stage, id, title string, outcomes []string, top ...Predictor) Prediction {
	now := s.clock.Now()
	p := Prediction{ID: id, Broadcaster: s.broadcaster(), Title: title, StartedAt: stamp(now)}
	for i, outcome := range outcomes {
		o := PredictionOutcome{ID: id + "-" + outcome, Title: outcome, Color: []string{"blue", "pink"}[i%2]}
		if stage != "begin" && i == 0 {
			o.TopPredictors, o.Users = top, len(top)
			for _, predictor := range top {
				o.ChannelPoints += predictor.Used
			}
		}
		p.Outcomes = append(p.Outcomes, o)
	}
	switch stage {
	case "lock":
		p.LockedAt = stamp(now)
	case "end":
		p.Status, p.Winner, p.EndedAt = "resolved", &p.Outcomes[0].ID, stamp(now)
	default:
		p.LocksAt = stamp(now.Add(5 * time.Minute))
	}
	return p
}

// Predicted is a predictor who has won nothing yet.
func Predicted(u User, used int) Predictor { return Predictor{ofUser(u), nil, used} }
