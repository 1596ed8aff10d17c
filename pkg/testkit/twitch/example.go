package twitch

import (
	"encoding/json"
	"fmt"
	"time"
)

// Example is an event of a type.
type Example struct {
	// Name says what is special about it.
	Name          string
	Type, Version string
	Event         any
}

// Examples are one event at least of every type that the server can make. They are not sent.
func (s *Server) Examples() []Example {
	ours, theirs, mod := s.Broadcaster, s.User("theirs"), s.User("amber_fern")
	m := s.Message(theirs, "@ours Cheer100 nice Kappa")
	yes, slow := []string{"Yes", "No"}, 10
	bomb := s.GiftBomb(theirs, mod, s.User("kiwi_cloud"))
	online := StreamOnline{"40000000001", s.broadcaster(), "live", s.clock.Now().Format(time.RFC3339)}
	s.mu.Lock()
	update, ad := s.channelUpdate(), s.adBreak(60, false)
	s.mu.Unlock()
	return []Example{
		{"a message", "channel.chat.message", "1", m},
		{"a reply", "channel.chat.message", "1", s.Message(mod, "hello").ReplyTo(m)},
		{"a message of a shared chat", "channel.chat.message", "1", s.Message(theirs, "from there").SharedFrom(theirs)},
		{"a message of a reward", "channel.chat.message", "1", s.Message(theirs, "drink").Redeeming(HydrateReward.ID)},
		{"a sub", "channel.chat.notification", "1", s.Sub(theirs, true)},
		{"a resub", "channel.chat.notification", "1", s.Resub(theirs, 10, "ten months oursHype")},
		{"a gift of several", "channel.chat.notification", "1", bomb[0]},
		{"one of several gifts", "channel.chat.notification", "1", bomb[1]},
		{"an anonymous gift", "channel.chat.notification", "1", s.GiftBomb(User{}, mod)[0]},
		{"a raid in the chat", "channel.chat.notification", "1", s.RaidNotice(theirs, 42)},
		{"an announcement", "channel.chat.notification", "1", s.Announce(mod, "be kind")},
		{"a deletion", "channel.chat.message_delete", "1", s.Delete(m)},
		{"a clear", "channel.chat.clear", "1", s.Clear()},
		{"a clear of one user", "channel.chat.clear_user_messages", "1", s.ClearMessages(theirs)},
		{"slow mode", "channel.chat_settings.update", "1", ChatSettings{Broadcaster: s.broadcaster(), SlowMode: true, SlowSeconds: &slow}},
		{"a follow", "channel.follow", "2", Follow{ofUser(theirs), s.broadcaster(), stamp(s.clock.Now())}},
		{"a subscription", "channel.subscribe", "1", s.Subscribe(theirs, false)},
		{"its end", "channel.subscription.end", "1", s.Subscribe(theirs, false)},
		{"a gift", "channel.subscription.gift", "1", s.Gift(theirs, 2)},
		{"a subscriber's message", "channel.subscription.message", "1", s.SubMessage(theirs, 15, "Love the stream")},
		{"a cheer", "channel.cheer", "1", s.Cheer(theirs, 100, "Cheer100")},
		{"bits", "channel.bits.use", "1", s.Bits(theirs, 100, "Cheer100")},
		{"a raid", "channel.raid", "1", s.Raid(theirs, 42)},
		{"a ban", "channel.ban", "1", s.Ban(theirs, mod, "spam", 0)},
		{"a timeout", "channel.ban", "1", s.Ban(theirs, mod, "caps", time.Minute)},
		{"an unban", "channel.unban", "1", s.Unban(theirs, mod)},
		{"a warning", "channel.moderate", "2", s.Warning(theirs, mod, "cut it out")},
		{"a redemption", "channel.channel_points_custom_reward_redemption.add", "1", s.Redeem(theirs, HydrateReward, "")},
		{"a redemption's end", "channel.channel_points_custom_reward_redemption.update", "1", s.Redeem(theirs, HydrateReward, "")},
		{"a highlight", "channel.channel_points_automatic_reward_redemption.add", "2", s.RedeemAutomatic(theirs, "send_highlighted_message", "look VoHiYo")},
		{"a reward", "channel.channel_points_custom_reward.add", "1", s.NewReward(HydrateReward)},
		{"the stream begins", "stream.online", "1", online},
		{"the stream ends", "stream.offline", "1", StreamOffline{s.broadcaster()}},
		{"the channel", "channel.update", "2", update},
		{"a train begins", "channel.hype_train.begin", "2", s.HypeTrain("begin", "train-1", 1, 137, Contributed(theirs, "bits", 50))},
		{"a train", "channel.hype_train.progress", "2", s.HypeTrain("progress", "train-1", 2, 700, Contributed(theirs, "bits", 50))},
		{"a train ends", "channel.hype_train.end", "2", s.HypeTrain("end", "train-1", 2, 900, Contributed(theirs, "bits", 50))},
		{"a poll begins", "channel.poll.begin", "1", s.Poll("begin", "poll-1", "Again?", yes)},
		{"a poll", "channel.poll.progress", "1", s.Poll("progress", "poll-1", "Again?", yes, 3, 1)},
		{"a poll ends", "channel.poll.end", "1", s.Poll("end", "poll-1", "Again?", yes, 5, 2)},
		{"a prediction begins", "channel.prediction.begin", "1", s.Prediction("begin", "prediction-1", "Will it work?", yes)},
		{"a prediction", "channel.prediction.progress", "1", s.Prediction("progress", "prediction-1", "Will it work?", yes, Predicted(theirs, 500))},
		{"a prediction is locked", "channel.prediction.lock", "1", s.Prediction("lock", "prediction-1", "Will it work?", yes, Predicted(theirs, 500))},
		{"a prediction ends", "channel.prediction.end", "1", s.Prediction("end", "prediction-1", "Will it work?", yes, Predicted(theirs, 500))},
		{"an ad", "channel.ad_break.begin", "1", ad},
		{"a shoutout", "channel.shoutout.create", "1", s.Shoutout(theirs, 860)},
		{"a shoutout received", "channel.shoutout.receive", "1", s.ShoutoutFrom(theirs, 860)},
		{"a goal begins", "channel.goal.begin", "1", s.Goal("begin", "goal-1", 100, 220)},
		{"a shared chat", "channel.shared_chat.begin", "1", s.SharedChat("shared-1", theirs)},
		{"a user", "user.update", "1", UserUpdate{ofUser(ours), "", true, "cool description"}},
		{"a donation", "channel.charity_campaign.donate", "1", s.Donate(theirs, 10000)},
	}
}

// Ugly are events as they come too, which no client may stumble over. They are not sent.
func (s *Server) Ugly() []Example {
	theirs := s.User("theirs")
	m := s.Message(theirs, "hello Kappa")
	notice := s.Resub(theirs, 10, "")
	s.mu.Lock()
	ad := s.adBreak(60, false)
	s.mu.Unlock()
	prediction := s.Prediction("end", "prediction-1", "Will it work?", []string{"Yes", "No"}, Predicted(theirs, 500))
	redemption := s.Redeem(theirs, HydrateReward, "")
	return []Example{
		{"an unknown field", "channel.chat.message", "1", Bend(m, func(e map[string]any) { e["made_up"] = map[string]any{"deep": []any{1, nil}} })},
		{"an unknown kind of fragment", "channel.chat.message", "1", Bend(m, func(e map[string]any) {
			e["message"].(map[string]any)["fragments"] = []any{map[string]any{"type": "hologram", "text": "hello Kappa", "hologram": map[string]any{"id": 7}}}
		})},
		{"no fragments", "channel.chat.message", "1", Bend(m, func(e map[string]any) { e["message"].(map[string]any)["fragments"] = nil })},
		{"no colour", "channel.chat.message", "1", Bend(m, func(e map[string]any) { e["color"] = nil })},
		{"no badges", "channel.chat.message", "1", Bend(m, func(e map[string]any) { e["badges"] = nil })},
		{"an unknown kind of message", "channel.chat.message", "1", Bend(m, func(e map[string]any) { e["message_type"] = "hologram" })},
		{"bits as text", "channel.chat.message", "1", Bend(m, func(e map[string]any) { e["cheer"] = map[string]any{"bits": "100"} })},
		{"the plan of a resub", "channel.chat.notification", "1", Bend(notice, func(e map[string]any) {
			resub := e["resub"].(map[string]any)
			resub["sub_plan"] = resub["sub_tier"]
			delete(resub, "sub_tier")
		})},
		{"an unknown notice", "channel.chat.notification", "1", Bend(notice, func(e map[string]any) {
			e["notice_type"], e["resub"], e["watch_streak"] = "watch_streak", nil, map[string]any{"streak_count": 7, "channel_points_awarded": "450"}
		})},
		{"an ad as text", "channel.ad_break.begin", "1", Bend(ad, func(e map[string]any) { e["duration_seconds"], e["is_automatic"] = "60", "false" })},
		{"an ad with a former name", "channel.ad_break.begin", "1", Bend(ad, func(e map[string]any) {
			e["timestamp"] = e["started_at"]
			delete(e, "started_at")
		})},
		{"a user id as a number", "channel.prediction.end", "1", Bend(prediction, func(e map[string]any) {
			outcome := e["outcomes"].([]any)[0].(map[string]any)
			outcome["top_predictors"].([]any)[0].(map[string]any)["user_id"] = 3001
		})},
		{"a prediction that was cancelled", "channel.prediction.end", "1", Bend(prediction, func(e map[string]any) { e["winning_outcome_id"], e["status"] = nil, "canceled" })},
		{"a redemption with another spelling", "channel.channel_points_custom_reward_redemption.update", "1", Bend(redemption, func(e map[string]any) { e["status"] = "cancelled" })},
		{"an anonymous cheer", "channel.cheer", "1", s.Cheer(User{}, 100, "Cheer100")},
		{"an anonymous gift", "channel.subscription.gift", "1", s.Gift(User{}, 5)},
		{"viewers as text", "channel.raid", "1", Bend(s.Raid(theirs, 42), func(e map[string]any) { e["viewers"] = "42" })},
		{"a stream of an unknown type", "stream.online", "1", map[string]any{
			"id": "40000000002", "broadcaster_user_id": s.Broadcaster.ID, "broadcaster_user_login": s.Broadcaster.Login,
			"broadcaster_user_name": s.Broadcaster.Name, "type": "hologram", "started_at": s.clock.Now().Format(time.RFC3339),
		}},
	}
}

// Bend turns an event into JSON and lets its fields be changed.
func Bend(event any, change func(event map[string]any)) map[string]any {
	said, err := json.Marshal(event)
	if err != nil {
		panic(fmt.Sprintf("this is nothing that becomes JSON: %v", err))
	}
	var fields map[string]any
	if err := json.Unmarshal(said, &fields); err != nil {
		panic(fmt.Sprintf("this is no JSON object: %s", said))
	}
	change(fields)
	return fields
}
