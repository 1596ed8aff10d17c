package twitch

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
)

// noticed is what a notification of a type becomes, when those types are told.
func noticed(t *testing.T, kind, raw string, hears ...string) events.Event {
	t.Helper()
	return hearing(hears).normal(notification{ID: "m1", Type: kind, Channel: "1337", At: time.Unix(1e9, 0).UTC(), Raw: json.RawMessage(raw)})
}

func activityOf(t *testing.T, kind, raw string, hears ...string) events.ActivitySeen {
	t.Helper()
	a, ok := noticed(t, kind, raw, hears...).(events.ActivitySeen)
	if !ok {
		t.Fatalf("%s is no activity", kind)
	}
	return a
}

const richMessage = `{"broadcaster_user_id":"1337","chatter_user_id":"32","chatter_user_login":"viewer32","chatter_user_name":"Viewer32",
 "message_id":"cc106a89","message":{"text":"@mod Cheer100 nice Kappa!","fragments":[
 {"type":"mention","text":"@mod","cheermote":null,"emote":null,"mention":{"user_id":"55","user_login":"mod","user_name":"Mod"}},
 {"type":"text","text":" ","cheermote":null,"emote":null,"mention":null},
 {"type":"cheermote","text":"Cheer100","cheermote":{"prefix":"cheer","bits":"100","tier":100},"emote":null,"mention":null},
 {"type":"text","text":" nice ","unknown":{"a":[1]}},
 {"type":"emote","text":"Kappa","emote":{"id":25,"emote_set_id":"0","owner_id":"0","format":["static","animated"]}},
 {"type":"hologram","text":"!"}]},
 "color":null,"badges":[{"set_id":"subscriber","id":"12","info":"16"},"odd"],"message_type":"power_ups_of_tomorrow","cheer":{"bits":"100"},
 "reply":{"parent_message_id":"p1","parent_message_body":"hi","parent_user_id":"55","parent_user_name":"Mod","parent_user_login":"mod","thread_message_id":"t1"},
 "channel_points_custom_reward_id":"r1","source_broadcaster_user_id":"112233","source_broadcaster_user_login":"theirs","source_broadcaster_user_name":"Theirs",
 "source_message_id":"s1","source_badges":[{"set_id":"vip","id":"1","info":""}],"is_source_only":"true"}`

func TestMessageKeepsAllThatTwitchSays(t *testing.T) {
	t.Parallel()
	m := noticed(t, "channel.chat.message", richMessage).(events.MessageSent)
	text := ""
	for _, f := range m.Fragments {
		text += f.Text
	}
	switch {
	case m.Message != "cc106a89" || m.Person.Name != "Viewer32" || m.Text != text || len(m.Fragments) != 6:
		t.Errorf("message %+v", m)
	case m.Fragments[0].Person == nil || m.Fragments[0].Person.ID != "55" || m.Fragments[2].Bits != 100 || m.Fragments[2].Tier != 100:
		t.Errorf("mention and cheer %+v", m.Fragments)
	case m.Fragments[4].Emote != "25" || !m.Fragments[4].Animated || m.Fragments[5].Kind != "hologram":
		t.Errorf("emotes %+v", m.Fragments)
	case m.Bits != 100 || m.Reward != "r1" || m.Kind != "power_ups_of_tomorrow" || m.Color != "" || len(m.Badges) != 1 || m.Badges[0].Info != "16":
		t.Errorf("around it %+v", m)
	case m.Reply == nil || m.Reply.Message != "p1" || m.Reply.Thread != "t1" || m.Reply.Person.Login != "mod":
		t.Errorf("reply %+v", m.Reply)
	case m.Shared == nil || m.Shared.Channel.ID != "112233" || !m.Shared.Only || len(m.Shared.Badges) != 1:
		t.Errorf("shared %+v", m.Shared)
	case string(m.Raw) != richMessage:
		t.Error("what Twitch said is not kept as it was said")
	}
}

func TestWhateverTwitchSendsBecomesAnEvent(t *testing.T) {
	t.Parallel()
	odd := []string{
		`{}`, `null`, `[]`, `7`, `"text"`, `{"message":7,"badges":"x","fragments":{},"reward":[],"user_id":{"a":1},"type":7,"bits":"many","viewers":1e300}`,
		`{"message":{"fragments":[null,7,{"type":7,"text":{},"emote":"x","cheermote":[],"mention":1}]}}`,
		`{"notice_type":"watch_streak","watch_streak":{"streak":7}}`, `{"notice_type":7}`, `{"type":"rerun","id":5}`,
	}
	kinds := []string{"channel.of.tomorrow", "x"}
	for _, s := range subjects {
		kinds = append(kinds, s.Type)
	}
	for _, kind := range kinds {
		for _, raw := range odd {
			e := noticed(t, kind, raw)
			name, id := e.Event()
			if _, ok := events.LogOf(name); !ok || id != "1337" {
				t.Errorf("%s %s became %s of %q", kind, raw, name, id)
			}
			if a, ok := e.(events.ActivitySeen); ok && (a.Kind == "" && kind != "channel.chat.notification" || a.Activity == "" || a.Type != kind) {
				t.Errorf("%s %s became %+v", kind, raw, a)
			}
			if _, err := json.Marshal(e); err != nil {
				t.Errorf("%s %s: %v", kind, raw, err)
			}
		}
	}
}

func TestOnlyLiveIsAStream(t *testing.T) {
	t.Parallel()
	live := noticed(t, "stream.online", `{"id":"9001","type":"live","started_at":"2001-09-09T01:46:00Z"}`).(events.WentLive)
	if live.Broadcast != "9001" || live.StartedAt.Unix() != 1e9-40 || live.Found {
		t.Errorf("live %+v", live)
	}
	if a := activityOf(t, "stream.online", `{"id":"9001","type":"rerun"}`); a.Alert || a.Kind != "stream.online" {
		t.Errorf("rerun %+v", a)
	}
}

func TestNothingAlertsTwice(t *testing.T) {
	t.Parallel()
	const notice = "channel.chat.notification"
	all := []string{notice, "channel.subscribe", "channel.subscription.message", "channel.subscription.gift", "channel.bits.use", "channel.cheer", "channel.raid", "channel.charity_campaign.donate"}
	told := func(kind string) string {
		return fmt.Sprintf(`{"notice_type":%q,%q:{"community_gift_id":null}}`, kind, kind)
	}
	for _, same := range []struct {
		name             string
		preferred, other [2]string
	}{
		{"a subscription", [2]string{notice, told("sub")}, [2]string{"channel.subscribe", `{"tier":"1000"}`}},
		{"a subscription that goes on", [2]string{notice, told("resub")}, [2]string{"channel.subscription.message", `{"cumulative_months":3}`}},
		{"gifts", [2]string{notice, `{"notice_type":"community_sub_gift","community_sub_gift":{"id":"g","total":5}}`}, [2]string{"channel.subscription.gift", `{"total":5}`}},
		{"a cheer", [2]string{"channel.bits.use", `{"type":"cheer","bits":5}`}, [2]string{"channel.cheer", `{"bits":5}`}},
		{"a raid", [2]string{"channel.raid", `{"from_broadcaster_user_id":"5","to_broadcaster_user_id":"1337","viewers":3}`}, [2]string{notice, told("raid")}},
		{"a donation", [2]string{"channel.charity_campaign.donate", `{}`}, [2]string{notice, told("charity_donation")}},
	} {
		first, second := activityOf(t, same.preferred[0], same.preferred[1], all...), activityOf(t, same.other[0], same.other[1], all...)
		if !first.Alert || second.Alert || first.Kind != second.Kind {
			t.Errorf("%s: %s %v, %s %v", same.name, first.Kind, first.Alert, second.Kind, second.Alert)
		}
		if alone := activityOf(t, same.other[0], same.other[1], same.other[0]); !alone.Alert {
			t.Errorf("%s does not alert when only %s tells it", same.name, same.other[0])
		}
	}
	for raw, alerts := range map[string]bool{
		`{"notice_type":"sub_gift","sub_gift":{"community_gift_id":"g","recipient_user_id":"7"}}`:  false,
		`{"notice_type":"sub_gift","sub_gift":{"community_gift_id":null,"recipient_user_id":"7"}}`: true,
		`{"notice_type":"shared_chat_sub_gift","shared_chat_sub_gift":{}}`:                         false,
		`{"notice_type":"modiversary","modiversary":{}}`:                                           true,
	} {
		if a := activityOf(t, notice, raw, all...); a.Alert != alerts {
			t.Errorf("%s alerts: %v", raw, a.Alert)
		}
	}
	if a := activityOf(t, "channel.subscribe", `{"is_gift":true}`, "channel.subscribe", "channel.subscription.gift"); a.Alert {
		t.Error("who is given a subscription alerts besides who gives it")
	}
}

func TestTheSameThingHasTheSameID(t *testing.T) {
	t.Parallel()
	told := activityOf(t, "channel.follow", `{"user_id":"7","followed_at":"2020-07-15T18:16:11.17106713Z"}`)
	if found := followID("1337", "7", time.Date(2020, 7, 15, 18, 16, 11, 0, time.UTC)); told.Activity != found {
		t.Error("a follow that is told and one that is found are two")
	}
	add := activityOf(t, "channel.channel_points_custom_reward_redemption.add", `{"id":"r1","status":"unfulfilled","reward":{"title":"Hydrate","cost":100}}`)
	update := activityOf(t, "channel.channel_points_custom_reward_redemption.update", `{"id":"r1","status":"cancelled"}`)
	if add.Activity == update.Activity || add.Group != update.Group || update.Status != "canceled" || update.Alert || add.Amount != 100 {
		t.Errorf("redemption %+v, %+v", add, update)
	}
	begin := activityOf(t, "channel.poll.begin", `{"id":"p","title":"?"}`)
	if again := activityOf(t, "channel.poll.begin", `{"id":"p","title":"?"}`); again.Activity != begin.Activity || begin.Phase != "begin" || !begin.Alert {
		t.Errorf("poll %+v", begin)
	}
}

func TestActivitiesSayWhatHappened(t *testing.T) {
	t.Parallel()
	prime := activityOf(t, "channel.chat.notification", `{"notice_type":"sub","chatter_user_id":"7","sub":{"sub_tier":"1000","is_prime":true},"message_id":"x","message":{"text":"hi"}}`)
	if prime.Tier != "prime" || prime.Text != "hi" || prime.Person.ID != "7" {
		t.Errorf("prime %+v", prime)
	}
	old := activityOf(t, "channel.chat.notification", `{"notice_type":"resub","resub":{"sub_plan":"2000","cumulative_months":"10","streak_months":null}}`)
	if old.Tier != "2000" || old.Months != 10 || old.Streak != 0 {
		t.Errorf("resub %+v", old)
	}
	anonymous := activityOf(t, "channel.subscription.gift", `{"user_id":"274598607","is_anonymous":true,"total":"3","cumulative_total":null}`)
	if anonymous.Person != nil || !anonymous.Anonymous || anonymous.Amount != 3 {
		t.Errorf("anonymous %+v", anonymous)
	}
	for _, raw := range []string{`{"duration_seconds":"60","is_automatic":"false","started_at":"2019-11-16T10:11:12Z"}`, `{"duration_seconds":60,"is_automatic":false,"timestamp":"2019-11-16T10:11:12Z"}`} {
		if a := activityOf(t, "channel.ad_break.begin", raw); a.Amount != 60 || a.Status != "" {
			t.Errorf("ad break %+v", a)
		}
	}
	ban := activityOf(t, "channel.ban", `{"user_id":"7","moderator_user_id":"8","banned_at":"2020-07-15T18:15:11.17106713Z","ends_at":"2020-07-15T18:16:11.17106713Z"}`)
	if ban.Target.ID != "7" || ban.Person.ID != "8" || ban.Amount != 60 || ban.Alert {
		t.Errorf("ban %+v", ban)
	}
	out := activityOf(t, "channel.raid", `{"from_broadcaster_user_id":"1337","to_broadcaster_user_id":"5","viewers":9}`)
	if out.Kind != "raid_out" || out.Target.ID != "5" {
		t.Errorf("raid out %+v", out)
	}
}

func TestZeroCharactersAreLeftOut(t *testing.T) {
	t.Parallel()
	c := noticed(t, "channel.update", `{"title":"a\\u0000\u0000b","category_name":"c\u0000","content_classification_labels":["d\u0000"]}`).(events.ChannelUpdated)
	if c.Title != `a\u0000b` || c.CategoryName != "c" || c.Labels[0] != "d" {
		t.Errorf("channel %+v", c)
	}
}

func TestTimesAreBelievable(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 14, 20, 0, 0, 0, time.UTC)
	for sent, want := range map[time.Time]time.Time{
		now.Add(-time.Minute):    now.Add(-time.Minute),
		now.Add(time.Second):     now,
		now.AddDate(10, 0, 0):    now,
		now.AddDate(-1, 0, 0):    now,
		{}:                       now,
		now.Add(-23 * time.Hour): now.Add(-23 * time.Hour),
	} {
		if got := believable(sent, now); !got.Equal(want) {
			t.Errorf("%s became %s, want %s", sent, got, want)
		}
	}
}

func TestSubjectsAreWhatMayBeGranted(t *testing.T) {
	t.Parallel()
	if list := grantedSubjects(nil); len(list) != 8 {
		t.Errorf("%d subjects need no scope: %v", len(list), list)
	}
	if list := grantedSubjects(asked()); len(list) < 48 {
		t.Errorf("only %d subjects may be told with all that is asked for", len(list))
	}
	manage := grantedSubjects([]string{"channel:manage:polls"})
	if len(manage) != 8+3 {
		t.Errorf("who may make polls hears of them: %v", manage)
	}
	s, _ := json.Marshal(subjects)
	for _, scope := range []string{"user:manage:whispers", "user:read:email"} {
		if strings.Contains(string(s), scope) {
			t.Errorf("%s is nobody's business", scope)
		}
	}
}
