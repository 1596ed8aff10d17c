package twitch

import (
	"fmt"
	"time"
)

// What happens at Twitch is often told by several types of event; the deeds tell it by all of them.

func (s *Server) notice(n Notice) []Message { return s.Emit("channel.chat.notification", n) }

func say(s *Server, step Step) ([]Message, error) {
	if step.Text == "" {
		return nil, fmt.Errorf("%s needs a text", step.Do)
	}
	m := s.Message(s.who(step.User), step.Text)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.say(m, step.options()), nil
}

// small is small talk.
var small = []string{
	"hello everyone HeyGuys", "first time here, what is this about?", "LUL", "that was close", "the sound is good today",
	"Kappa", "how long will you go on?", "oursHype oursHype oursHype", "I missed the beginning, anything good?", "can you show that again?",
	"nice one", "@ours which keyboard is that?", "brb tea", "chat is fast today", "you can do it PogChamp", "wait what",
	"that is not how it works Kappa", "greetings from the far north", "oursLove", "clip it!", "does it work with https://example.com/a?b=c&d=e ?",
}

// chatter says something of the small talk, as somebody.
func chatter(s *Server, step Step) ([]Message, error) {
	s.mu.Lock()
	n := s.next()
	s.mu.Unlock()
	step.Text, step.User = small[n*7%len(small)], cast[n*5%(len(cast)-1)].Login
	return say(s, step)
}

// reply answers the last message of the target.
func reply(s *Server, step Step) ([]Message, error) {
	m := s.Message(s.who(step.User), step.Text)
	target := s.who(step.Target)
	s.mu.Lock()
	defer s.mu.Unlock()
	parent, found := s.lastOf(target)
	if !found {
		return nil, fmt.Errorf("%s has said nothing that could be answered", target.Login)
	}
	return s.say(m.ReplyTo(parent), step.options()), nil
}

// remove deletes the last message of the user.
func remove(s *Server, step Step) ([]Message, error) {
	user := s.who(step.User)
	s.mu.Lock()
	defer s.mu.Unlock()
	m, found := s.lastOf(user)
	if !found {
		return nil, fmt.Errorf("%s has said nothing that could be deleted", user.Login)
	}
	return s.emit("channel.chat.message_delete", s.Delete(m), nil), nil
}

// ban is for count seconds, or for ever.
func ban(s *Server, step Step) ([]Message, error) {
	u := s.who(step.User)
	sent := s.Emit("channel.ban", s.Ban(u, s.User("amber_fern"), step.Text, time.Duration(step.Count)*time.Second))
	return append(sent, s.Emit("channel.chat.clear_user_messages", s.ClearMessages(u))...), nil
}

func sub(s *Server, step Step) ([]Message, error) {
	u := s.who(step.User)
	return append(s.Emit("channel.subscribe", s.Subscribe(u, false)), s.notice(s.Sub(u, step.On))...), nil
}

func resub(s *Server, step Step) ([]Message, error) {
	u, months := s.who(step.User), max(2, step.Count)
	return append(s.Emit("channel.subscription.message", s.SubMessage(u, months, step.Text)), s.notice(s.Resub(u, months, step.Text))...), nil
}

// gift gives count subscriptions; without a user it is anonymous.
func gift(s *Server, step Step) ([]Message, error) {
	var from User
	if step.User != "" {
		from = s.User(step.User)
	}
	var to []User
	for i := range max(1, step.Count) {
		to = append(to, s.User(fmt.Sprintf("lurker_%02d", i+1)))
	}
	sent := s.Emit("channel.subscription.gift", s.Gift(from, len(to)))
	for _, n := range s.GiftBomb(from, to...) {
		sent = append(sent, s.notice(n)...)
	}
	for _, u := range to {
		sent = append(sent, s.Emit("channel.subscribe", s.Subscribe(u, true))...)
	}
	return sent, nil
}

func cheered(s *Server, step Step) ([]Message, error) {
	u, bits := s.who(step.User), max(1, step.Count)
	step.Text = fmt.Sprintf("Cheer%d %s", bits, step.Text)
	sent := append(s.Emit("channel.cheer", s.Cheer(u, bits, step.Text)), s.Emit("channel.bits.use", s.Bits(u, bits, step.Text))...)
	said, err := say(s, step)
	return append(sent, said...), err
}

func raid(s *Server, step Step) ([]Message, error) {
	u := s.User("theirs")
	if step.User != "" {
		u = s.User(step.User)
	}
	return append(s.Emit("channel.raid", s.Raid(u, step.Count)), s.notice(s.RaidNotice(u, step.Count))...), nil
}

func redeem(s *Server, step Step) ([]Message, error) {
	u := s.who(step.User)
	sent := s.Emit("channel.channel_points_custom_reward_redemption.add", s.Redeem(u, HydrateReward, step.Text))
	if step.Text != "" {
		m := s.Message(u, step.Text).Redeeming(HydrateReward.ID)
		s.mu.Lock()
		defer s.mu.Unlock()
		sent = append(sent, s.say(m, nil)...)
	}
	return sent, nil
}

func ad(s *Server, step Step) ([]Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channel.ads.last = s.clock.Now()
	return s.emit("channel.ad_break.begin", s.adBreak(max(30, step.Count), true), nil), nil
}

// staged tells the id of what a begin has begun.
func (s *Server) staged(step Step) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch step.Stage {
	case "begin":
		s.begun[step.Do] = fmt.Sprintf("%s-%s", step.Do, uuid()[:8])
	case "progress", "lock", "end":
	default:
		return "", fmt.Errorf("%s needs a stage: begin, progress, lock or end", step.Do)
	}
	if s.begun[step.Do] == "" {
		return "", fmt.Errorf("no %s has begun", step.Do)
	}
	return s.begun[step.Do], nil
}

func poll(s *Server, step Step) ([]Message, error) {
	id, err := s.staged(step)
	if err != nil {
		return nil, err
	}
	return s.Emit("channel.poll."+step.Stage, s.Poll(step.Stage, id, step.Text, step.Choices, step.Votes...)), nil
}

func predict(s *Server, step Step) ([]Message, error) {
	id, err := s.staged(step)
	if err != nil {
		return nil, err
	}
	if len(step.Choices) == 0 {
		return nil, fmt.Errorf("prediction needs choices, the winner first")
	}
	return s.Emit("channel.prediction."+step.Stage, s.Prediction(step.Stage, id, step.Text, step.Choices, Predicted(s.who(step.User), 500))), nil
}

func hype(s *Server, step Step) ([]Message, error) {
	id, err := s.staged(step)
	if err != nil {
		return nil, err
	}
	top := Contributed(s.who(step.User), "bits", step.Count/2)
	return s.Emit("channel.hype_train."+step.Stage, s.HypeTrain(step.Stage, id, 1+step.Count/500, step.Count, top)), nil
}

func goal(s *Server, step Step) ([]Message, error) {
	id, err := s.staged(step)
	if err != nil {
		return nil, err
	}
	return s.Emit("channel.goal."+step.Stage, s.Goal(step.Stage, id, step.Count, 100)), nil
}
