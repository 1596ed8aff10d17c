package twitch

import "strings"

// kind is what a subscription type asks for.
type kind struct {
	// condition has the keys that have to be there, in words; those that end in ? may be there.
	condition string
	// scopes have to be granted by the user that by names: words, each of them one scope or several
	// that bars separate.
	scopes string
	// webhook types cannot be subscribed to over a websocket.
	webhook bool
}

const (
	byBroadcaster = "broadcaster_user_id"
	byModerator   = "broadcaster_user_id moderator_user_id"
	byReader      = "broadcaster_user_id user_id"
	byReward      = "broadcaster_user_id reward_id?"
	byRaid        = "from_broadcaster_user_id? to_broadcaster_user_id?"

	redemptions = "channel:read:redemptions|channel:manage:redemptions"
	polls       = "channel:read:polls|channel:manage:polls"
	predictions = "channel:read:predictions|channel:manage:predictions"
	shoutouts   = "moderator:read:shoutouts|moderator:manage:shoutouts"
	moderating  = "moderator:read:blocked_terms|moderator:manage:blocked_terms moderator:read:chat_settings|moderator:manage:chat_settings " +
		"moderator:read:unban_requests|moderator:manage:unban_requests moderator:read:banned_users|moderator:manage:banned_users " +
		"moderator:read:chat_messages|moderator:manage:chat_messages moderator:read:moderators moderator:read:vips"
	warnings  = " moderator:read:warnings|moderator:manage:warnings"
	automod   = "moderator:manage:automod"
	guestStar = "channel:read:guest_star|channel:manage:guest_star|moderator:read:guest_star|moderator:manage:guest_star"
)

// kinds are the subscription types by "type/version".
var kinds = map[string]kind{
	"automod.message.hold/1":            {condition: byModerator, scopes: automod},
	"automod.message.hold/2":            {condition: byModerator, scopes: automod},
	"automod.message.update/1":          {condition: byModerator, scopes: automod},
	"automod.message.update/2":          {condition: byModerator, scopes: automod},
	"automod.settings.update/1":         {condition: byModerator, scopes: "moderator:read:automod_settings"},
	"automod.terms.update/1":            {condition: byModerator, scopes: automod},
	"channel.ad_break.begin/1":          {condition: byBroadcaster, scopes: "channel:read:ads"},
	"channel.ban/1":                     {condition: byBroadcaster, scopes: "channel:moderate"},
	"channel.bits.use/1":                {condition: byBroadcaster, scopes: "bits:read"},
	"channel.cheer/1":                   {condition: byBroadcaster, scopes: "bits:read"},
	"channel.follow/2":                  {condition: byModerator, scopes: "moderator:read:followers"},
	"channel.moderate/1":                {condition: byModerator, scopes: moderating},
	"channel.moderate/2":                {condition: byModerator, scopes: moderating + warnings},
	"channel.moderator.add/1":           {condition: byBroadcaster, scopes: "moderation:read"},
	"channel.moderator.remove/1":        {condition: byBroadcaster, scopes: "moderation:read"},
	"channel.raid/1":                    {condition: byRaid},
	"channel.subscribe/1":               {condition: byBroadcaster, scopes: "channel:read:subscriptions"},
	"channel.unban/1":                   {condition: byBroadcaster, scopes: "channel:moderate"},
	"channel.update/2":                  {condition: byBroadcaster},
	"channel.vip.add/1":                 {condition: byBroadcaster, scopes: "channel:read:vips|channel:manage:vips"},
	"channel.vip.remove/1":              {condition: byBroadcaster, scopes: "channel:read:vips|channel:manage:vips"},
	"channel.warning.acknowledge/1":     {condition: byModerator, scopes: "moderator:read:warnings|moderator:manage:warnings"},
	"channel.warning.send/1":            {condition: byModerator, scopes: "moderator:read:warnings|moderator:manage:warnings"},
	"channel.unban_request.create/1":    {condition: byModerator, scopes: "moderator:read:unban_requests|moderator:manage:unban_requests"},
	"channel.unban_request.resolve/1":   {condition: byModerator, scopes: "moderator:read:unban_requests|moderator:manage:unban_requests"},
	"channel.suspicious_user.message/1": {condition: byModerator, scopes: "moderator:read:suspicious_users"},
	"channel.suspicious_user.update/1":  {condition: byModerator, scopes: "moderator:read:suspicious_users"},

	"channel.chat.clear/1":               {condition: byReader, scopes: "user:read:chat"},
	"channel.chat.clear_user_messages/1": {condition: byReader, scopes: "user:read:chat"},
	"channel.chat.message/1":             {condition: byReader, scopes: "user:read:chat"},
	"channel.chat.message_delete/1":      {condition: byReader, scopes: "user:read:chat"},
	"channel.chat.notification/1":        {condition: byReader, scopes: "user:read:chat"},
	"channel.chat.user_message_hold/1":   {condition: byReader, scopes: "user:read:chat"},
	"channel.chat.user_message_update/1": {condition: byReader, scopes: "user:read:chat"},
	"channel.chat_settings.update/1":     {condition: byReader, scopes: "user:read:chat"},
	"channel.shared_chat.begin/1":        {condition: byBroadcaster},
	"channel.shared_chat.update/1":       {condition: byBroadcaster},
	"channel.shared_chat.end/1":          {condition: byBroadcaster},

	"channel.subscription.end/1":     {condition: byBroadcaster, scopes: "channel:read:subscriptions"},
	"channel.subscription.gift/1":    {condition: byBroadcaster, scopes: "channel:read:subscriptions"},
	"channel.subscription.message/1": {condition: byBroadcaster, scopes: "channel:read:subscriptions"},

	"channel.channel_points_automatic_reward_redemption.add/1": {condition: byBroadcaster, scopes: redemptions},
	"channel.channel_points_automatic_reward_redemption.add/2": {condition: byBroadcaster, scopes: redemptions},
	"channel.channel_points_custom_reward.add/1":               {condition: byBroadcaster, scopes: redemptions},
	"channel.channel_points_custom_reward.update/1":            {condition: byReward, scopes: redemptions},
	"channel.channel_points_custom_reward.remove/1":            {condition: byReward, scopes: redemptions},
	"channel.channel_points_custom_reward_redemption.add/1":    {condition: byReward, scopes: redemptions},
	"channel.channel_points_custom_reward_redemption.update/1": {condition: byReward, scopes: redemptions},
	"channel.custom_power_up_redemption.add/1":                 {condition: byBroadcaster, scopes: "bits:read"},

	"channel.charity_campaign.donate/1":       {condition: byBroadcaster, scopes: "channel:read:charity"},
	"channel.charity_campaign.start/1":        {condition: byBroadcaster, scopes: "channel:read:charity"},
	"channel.charity_campaign.progress/1":     {condition: byBroadcaster, scopes: "channel:read:charity"},
	"channel.charity_campaign.stop/1":         {condition: byBroadcaster, scopes: "channel:read:charity"},
	"channel.goal.begin/1":                    {condition: byBroadcaster, scopes: "channel:read:goals"},
	"channel.goal.progress/1":                 {condition: byBroadcaster, scopes: "channel:read:goals"},
	"channel.goal.end/1":                      {condition: byBroadcaster, scopes: "channel:read:goals"},
	"channel.guest_star_session.begin/beta":   {condition: byModerator, scopes: guestStar},
	"channel.guest_star_session.end/beta":     {condition: byModerator, scopes: guestStar},
	"channel.guest_star_guest.update/beta":    {condition: byModerator, scopes: guestStar},
	"channel.guest_star_settings.update/beta": {condition: byModerator, scopes: guestStar},
	"channel.hype_train.begin/2":              {condition: byBroadcaster, scopes: "channel:read:hype_train"},
	"channel.hype_train.progress/2":           {condition: byBroadcaster, scopes: "channel:read:hype_train"},
	"channel.hype_train.end/2":                {condition: byBroadcaster, scopes: "channel:read:hype_train"},
	"channel.poll.begin/1":                    {condition: byBroadcaster, scopes: polls},
	"channel.poll.progress/1":                 {condition: byBroadcaster, scopes: polls},
	"channel.poll.end/1":                      {condition: byBroadcaster, scopes: polls},
	"channel.prediction.begin/1":              {condition: byBroadcaster, scopes: predictions},
	"channel.prediction.progress/1":           {condition: byBroadcaster, scopes: predictions},
	"channel.prediction.lock/1":               {condition: byBroadcaster, scopes: predictions},
	"channel.prediction.end/1":                {condition: byBroadcaster, scopes: predictions},
	"channel.shield_mode.begin/1":             {condition: byModerator, scopes: "moderator:read:shield_mode|moderator:manage:shield_mode"},
	"channel.shield_mode.end/1":               {condition: byModerator, scopes: "moderator:read:shield_mode|moderator:manage:shield_mode"},
	"channel.shoutout.create/1":               {condition: byModerator, scopes: shoutouts},
	"channel.shoutout.receive/1":              {condition: byModerator, scopes: shoutouts},

	"stream.online/1":             {condition: byBroadcaster},
	"stream.offline/1":            {condition: byBroadcaster},
	"user.authorization.grant/1":  {condition: "client_id", webhook: true},
	"user.authorization.revoke/1": {condition: "client_id", webhook: true},
	"user.update/1":               {condition: "user_id"},
	"user.whisper.message/1":      {condition: "user_id", scopes: "user:read:whispers|user:manage:whispers"},
}

// by is the key of the condition that names whose scopes a subscription needs: who reads the chat,
// or moderates, or else the broadcaster.
func (k kind) by() string {
	keys := strings.Fields(k.condition)
	switch {
	case k.scopes == "":
		return ""
	case len(keys) > 1 && !strings.HasSuffix(keys[1], "?"):
		return keys[1]
	}
	return keys[0]
}

// unfit says what is wrong with a condition; empty when nothing is.
func (k kind) unfit(condition map[string]string) string {
	keys := map[string]bool{}
	given := 0
	for _, key := range strings.Fields(k.condition) {
		name, optional := strings.CutSuffix(key, "?")
		keys[name] = true
		if condition[name] != "" {
			given++
		} else if !optional {
			return "missing required condition " + name
		}
	}
	for key := range condition {
		if !keys[key] {
			return "unknown condition " + key
		}
	}
	if k.condition == byRaid && given != 1 {
		return "exactly one of from_broadcaster_user_id and to_broadcaster_user_id has to be given"
	}
	return ""
}
