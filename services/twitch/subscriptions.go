package twitch

import "slices"

// subject is a kind of thing that Twitch can tell of.
type subject struct {
	Type, Version string
	// Condition are the names by which Twitch wants the channel's id.
	Condition []string
	// Scopes have to be granted for it: of each group one. None are needed when there is no group.
	Scopes [][]string
	// Why says what it is good for.
	Why string
}

// The conditions that there are.
var (
	ofChannel   = []string{"broadcaster_user_id"}
	asModerator = []string{"broadcaster_user_id", "moderator_user_id"}
	asChatter   = []string{"broadcaster_user_id", "user_id"}
)

// scopes makes one group of each: any of its scopes will do.
func anyOf(scopes ...string) [][]string { return [][]string{scopes} }

var (
	readsChat          = anyOf("user:read:chat")
	readsSubscriptions = anyOf("channel:read:subscriptions")
	readsBits          = anyOf("bits:read")
	readsRedemptions   = anyOf("channel:read:redemptions", "channel:manage:redemptions")
	readsPolls         = anyOf("channel:read:polls", "channel:manage:polls")
	readsPredictions   = anyOf("channel:read:predictions", "channel:manage:predictions")
	readsTrains        = anyOf("channel:read:hype_train")
	readsGoals         = anyOf("channel:read:goals")
	readsCharity       = anyOf("channel:read:charity")
	readsShoutouts     = anyOf("moderator:read:shoutouts", "moderator:manage:shoutouts")
	readsVIPs          = anyOf("channel:read:vips", "channel:manage:vips")
	readsUnbans        = anyOf("moderator:read:unban_requests", "moderator:manage:unban_requests")
	readsWarnings      = anyOf("moderator:read:warnings", "moderator:manage:warnings")
	readsShield        = anyOf("moderator:read:shield_mode", "moderator:manage:shield_mode")
	readsGuests        = anyOf("channel:read:guest_star", "channel:manage:guest_star", "moderator:read:guest_star", "moderator:manage:guest_star")
	readsAutomod       = anyOf("moderator:manage:automod")
	readsSuspicious    = anyOf("moderator:read:suspicious_users")
	moderates          = anyOf("channel:moderate")
	readsModeration    = [][]string{
		{"moderator:read:blocked_terms", "moderator:manage:blocked_terms"},
		{"moderator:read:chat_settings", "moderator:manage:chat_settings"},
		{"moderator:read:unban_requests", "moderator:manage:unban_requests"},
		{"moderator:read:banned_users", "moderator:manage:banned_users"},
		{"moderator:read:chat_messages", "moderator:manage:chat_messages"},
		{"moderator:read:warnings", "moderator:manage:warnings"},
		{"moderator:read:moderators"},
		{"moderator:read:vips"},
	}
)

// subjects are all that a streamer can let the platform hear of the own channel. What is private, such as
// whispers and e-mail addresses, is not among them. The first ones are subscribed to first.
var subjects = []subject{
	{"stream.online", "1", ofChannel, nil, "begins the stream"},
	{"stream.offline", "1", ofChannel, nil, "ends the stream"},
	{"channel.chat.message", "1", asChatter, readsChat, "chat"},
	{"channel.chat.notification", "1", asChatter, readsChat, "what is announced in chat: subscriptions, gifts, announcements"},
	{"channel.chat.message_delete", "1", asChatter, readsChat, "messages that were deleted are not shown"},
	{"channel.chat.clear_user_messages", "1", asChatter, readsChat, "messages of who was banned are not shown"},
	{"channel.chat.clear", "1", asChatter, readsChat, "messages that were cleared are not shown"},
	{"channel.update", "2", ofChannel, nil, "title and category"},
	{"channel.follow", "2", asModerator, anyOf("moderator:read:followers"), "follows"},
	{"channel.raid", "1", []string{"to_broadcaster_user_id"}, nil, "raids that come"},
	{"channel.raid", "1", []string{"from_broadcaster_user_id"}, nil, "raids that leave"},
	{"channel.subscribe", "1", ofChannel, readsSubscriptions, "new subscriptions"},
	{"channel.subscription.message", "1", ofChannel, readsSubscriptions, "subscriptions that go on"},
	{"channel.subscription.gift", "1", ofChannel, readsSubscriptions, "subscriptions that are given away"},
	{"channel.subscription.end", "1", ofChannel, readsSubscriptions, "subscriptions that end"},
	{"channel.bits.use", "1", ofChannel, readsBits, "bits"},
	{"channel.cheer", "1", ofChannel, readsBits, "cheers"},
	{"channel.custom_power_up_redemption.add", "1", ofChannel, readsBits, "power-ups of the channel"},
	{"channel.channel_points_custom_reward_redemption.add", "1", ofChannel, readsRedemptions, "rewards that are redeemed"},
	{"channel.channel_points_custom_reward_redemption.update", "1", ofChannel, readsRedemptions, "what became of a redemption"},
	{"channel.channel_points_automatic_reward_redemption.add", "2", ofChannel, readsRedemptions, "Twitch's own rewards that are redeemed"},
	{"channel.channel_points_custom_reward.add", "1", ofChannel, readsRedemptions, "rewards that are made"},
	{"channel.channel_points_custom_reward.update", "1", ofChannel, readsRedemptions, "rewards that are changed"},
	{"channel.channel_points_custom_reward.remove", "1", ofChannel, readsRedemptions, "rewards that are removed"},
	{"channel.poll.begin", "1", ofChannel, readsPolls, "polls"},
	{"channel.poll.progress", "1", ofChannel, readsPolls, "polls"},
	{"channel.poll.end", "1", ofChannel, readsPolls, "polls"},
	{"channel.prediction.begin", "1", ofChannel, readsPredictions, "predictions"},
	{"channel.prediction.progress", "1", ofChannel, readsPredictions, "predictions"},
	{"channel.prediction.lock", "1", ofChannel, readsPredictions, "predictions"},
	{"channel.prediction.end", "1", ofChannel, readsPredictions, "predictions"},
	{"channel.hype_train.begin", "2", ofChannel, readsTrains, "hype trains"},
	{"channel.hype_train.progress", "2", ofChannel, readsTrains, "hype trains"},
	{"channel.hype_train.end", "2", ofChannel, readsTrains, "hype trains"},
	{"channel.ad_break.begin", "1", ofChannel, anyOf("channel:read:ads"), "ad breaks"},
	{"channel.goal.begin", "1", ofChannel, readsGoals, "goals"},
	{"channel.goal.progress", "1", ofChannel, readsGoals, "goals"},
	{"channel.goal.end", "1", ofChannel, readsGoals, "goals"},
	{"channel.charity_campaign.donate", "1", ofChannel, readsCharity, "donations"},
	{"channel.charity_campaign.start", "1", ofChannel, readsCharity, "charity campaigns"},
	{"channel.charity_campaign.progress", "1", ofChannel, readsCharity, "charity campaigns"},
	{"channel.charity_campaign.stop", "1", ofChannel, readsCharity, "charity campaigns"},
	{"channel.shoutout.create", "1", asModerator, readsShoutouts, "shout-outs that are given"},
	{"channel.shoutout.receive", "1", asModerator, readsShoutouts, "shout-outs that are received"},
	{"channel.shared_chat.begin", "1", ofChannel, nil, "chats that are shared with other channels"},
	{"channel.shared_chat.update", "1", ofChannel, nil, "chats that are shared with other channels"},
	{"channel.shared_chat.end", "1", ofChannel, nil, "chats that are shared with other channels"},
	{"channel.chat_settings.update", "1", asChatter, readsChat, "slow mode and the like"},
	{"channel.ban", "1", ofChannel, moderates, "bans and time-outs"},
	{"channel.unban", "1", ofChannel, moderates, "bans that are lifted"},
	{"channel.moderate", "2", asModerator, readsModeration, "what moderators do"},
	{"channel.unban_request.create", "1", asModerator, readsUnbans, "requests to lift a ban"},
	{"channel.unban_request.resolve", "1", asModerator, readsUnbans, "requests to lift a ban"},
	{"channel.warning.send", "1", asModerator, readsWarnings, "warnings"},
	{"channel.warning.acknowledge", "1", asModerator, readsWarnings, "warnings"},
	{"channel.suspicious_user.message", "1", asModerator, readsSuspicious, "messages of suspicious people"},
	{"channel.suspicious_user.update", "1", asModerator, readsSuspicious, "suspicious people"},
	{"channel.shield_mode.begin", "1", asModerator, readsShield, "shield mode"},
	{"channel.shield_mode.end", "1", asModerator, readsShield, "shield mode"},
	{"channel.moderator.add", "1", ofChannel, anyOf("moderation:read"), "moderators"},
	{"channel.moderator.remove", "1", ofChannel, anyOf("moderation:read"), "moderators"},
	{"channel.vip.add", "1", ofChannel, readsVIPs, "VIPs"},
	{"channel.vip.remove", "1", ofChannel, readsVIPs, "VIPs"},
	{"channel.chat.user_message_hold", "1", asChatter, readsChat, "own messages that are held back"},
	{"channel.chat.user_message_update", "1", asChatter, readsChat, "own messages that are held back"},
	{"automod.message.hold", "2", asModerator, readsAutomod, "messages that are held back"},
	{"automod.message.update", "2", asModerator, readsAutomod, "messages that are held back"},
	{"automod.settings.update", "1", asModerator, anyOf("moderator:read:automod_settings"), "what is held back"},
	{"automod.terms.update", "1", asModerator, readsAutomod, "what is held back"},
	{"channel.guest_star_session.begin", "beta", asModerator, readsGuests, "guests"},
	{"channel.guest_star_session.end", "beta", asModerator, readsGuests, "guests"},
	{"channel.guest_star_guest.update", "beta", asModerator, readsGuests, "guests"},
	{"channel.guest_star_settings.update", "beta", asModerator, readsGuests, "guests"},
}

// condition is what Twitch wants to be told of the channel.
func (s subject) condition(channel string) map[string]string {
	condition := map[string]string{}
	for _, name := range s.Condition {
		condition[name] = channel
	}
	return condition
}

// granted tells whether the scopes are enough for it.
func (s subject) granted(scopes []string) bool {
	for _, group := range s.Scopes {
		if !slices.ContainsFunc(group, func(scope string) bool { return slices.Contains(scopes, scope) }) {
			return false
		}
	}
	return true
}

// grantedSubjects are those that the scopes are enough for.
func grantedSubjects(scopes []string) []subject {
	var list []subject
	for _, s := range subjects {
		if s.granted(scopes) {
			list = append(list, s)
		}
	}
	return list
}
