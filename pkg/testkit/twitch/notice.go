package twitch

import "fmt"

// Notice is channel.chat.notification; what its type says is under the key of the same name.
type Notice struct {
	Broadcaster
	ChatterID     string  `json:"chatter_user_id"`
	ChatterLogin  string  `json:"chatter_user_login"`
	ChatterName   string  `json:"chatter_user_name"`
	Anonymous     bool    `json:"chatter_is_anonymous"`
	Color         string  `json:"color"`
	Badges        []Badge `json:"badges"`
	SystemMessage string  `json:"system_message"`
	MessageID     string  `json:"message_id"`
	Message       Text    `json:"message"`
	NoticeType    string  `json:"notice_type"`

	Sub              *NoticeSub           `json:"sub"`
	Resub            *NoticeResub         `json:"resub"`
	SubGift          *NoticeGift          `json:"sub_gift"`
	CommunitySubGift *NoticeCommunityGift `json:"community_sub_gift"`
	GiftPaidUpgrade  *NoticeUpgrade       `json:"gift_paid_upgrade"`
	PrimePaidUpgrade *NoticeTier          `json:"prime_paid_upgrade"`
	PayItForward     *NoticeUpgrade       `json:"pay_it_forward"`
	Raid             *NoticeRaid          `json:"raid"`
	Unraid           *struct{}            `json:"unraid"`
	Announcement     *NoticeAnnouncement  `json:"announcement"`
	BitsBadgeTier    *NoticeBadgeTier     `json:"bits_badge_tier"`
	CharityDonation  *NoticeDonation      `json:"charity_donation"`
	Source
	SharedChatResub *NoticeResub `json:"shared_chat_resub"`
}

// NoticeSub is a new subscription; Tier is "1000", "2000" or "3000".
type NoticeSub struct {
	Tier   string `json:"sub_tier"`
	Prime  bool   `json:"is_prime"`
	Months int    `json:"duration_months"`
}

// NoticeResub is one more month.
type NoticeResub struct {
	CumulativeMonths int    `json:"cumulative_months"`
	DurationMonths   int    `json:"duration_months"`
	StreakMonths     *int   `json:"streak_months"`
	Tier             string `json:"sub_tier"`
	Prime            bool   `json:"is_prime"`
	Gift             bool   `json:"is_gift"`
	NoticeGifter
}

// NoticeGifter is who has given something; all null when it was nobody or nobody is to know.
type NoticeGifter struct {
	Anonymous *bool   `json:"gifter_is_anonymous"`
	UserID    *string `json:"gifter_user_id"`
	UserName  *string `json:"gifter_user_name"`
	UserLogin *string `json:"gifter_user_login"`
}

// NoticeGift is one subscription given, possibly as part of a bigger gift.
type NoticeGift struct {
	DurationMonths  int     `json:"duration_months"`
	CumulativeTotal *int    `json:"cumulative_total"`
	RecipientID     string  `json:"recipient_user_id"`
	RecipientName   string  `json:"recipient_user_name"`
	RecipientLogin  string  `json:"recipient_user_login"`
	Tier            string  `json:"sub_tier"`
	CommunityGiftID *string `json:"community_gift_id"`
}

// NoticeCommunityGift is several subscriptions given at once.
type NoticeCommunityGift struct {
	ID              string `json:"id"`
	Total           int    `json:"total"`
	Tier            string `json:"sub_tier"`
	CumulativeTotal *int   `json:"cumulative_total"`
}

// NoticeUpgrade is a gift that is gone on with, or passed on.
type NoticeUpgrade struct{ NoticeGifter }

// NoticeTier is a subscription that has another tier from now on.
type NoticeTier struct {
	Tier string `json:"sub_tier"`
}

// NoticeRaid is a raid that has arrived.
type NoticeRaid struct {
	UserID          string `json:"user_id"`
	UserName        string `json:"user_name"`
	UserLogin       string `json:"user_login"`
	ViewerCount     int    `json:"viewer_count"`
	ProfileImageURL string `json:"profile_image_url"`
}

// NoticeAnnouncement is one; Color is for instance "PRIMARY".
type NoticeAnnouncement struct {
	Color string `json:"color"`
}

// NoticeBadgeTier is a new badge for bits.
type NoticeBadgeTier struct {
	Tier int `json:"tier"`
}

// NoticeDonation is one to the charity.
type NoticeDonation struct {
	CharityName string `json:"charity_name"`
	Amount      Amount `json:"amount"`
}

// Amount is money: Value is in the currency's smallest unit.
type Amount struct {
	Value         int    `json:"value"`
	DecimalPlaces int    `json:"decimal_places"`
	Currency      string `json:"currency"`
}

// Notice makes a channel.chat.notification of a user, whose kind is still to be filled in; without a
// user it is anonymous.
func (s *Server) Notice(from User, kind, says, text string) Notice {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := Notice{
		Broadcaster: s.broadcaster(), ChatterID: from.ID, ChatterLogin: from.Login, ChatterName: from.Name, Color: from.Color,
		Badges: append([]Badge{}, from.Badges...), SystemMessage: says, MessageID: uuid(), Message: s.text(text), NoticeType: kind,
	}
	if from.ID == "" {
		n.Anonymous, n.ChatterID, n.ChatterLogin, n.ChatterName = true, "274598607", "ananonymousgifter", "AnAnonymousGifter"
	}
	return n
}

// Sub is a new subscription as the chat tells it.
func (s *Server) Sub(from User, prime bool) Notice {
	n := s.Notice(from, "sub", from.Name+" subscribed at Tier 1.", "")
	n.Sub = &NoticeSub{"1000", prime, 1}
	return n
}

// Resub is another month of a subscriber, with a message, as the chat tells it.
func (s *Server) Resub(from User, months int, text string) Notice {
	n := s.Notice(from, "resub", fmt.Sprintf("%s subscribed at Tier 1. They've subscribed for %d months!", from.Name, months), text)
	n.Resub = &NoticeResub{CumulativeMonths: months, DurationMonths: 0, Tier: "1000"}
	return n
}

// GiftBomb is a gift of several subscriptions as the chat tells it: one notice of all of them, and
// one for each of those who were given one, bound together by the same community gift id.
func (s *Server) GiftBomb(from User, to ...User) []Notice {
	id, total := uuid(), len(to)
	first := s.Notice(from, "community_sub_gift", fmt.Sprintf("%s is gifting %d Tier 1 Subs!", from.Name, total), "")
	first.CommunitySubGift = &NoticeCommunityGift{ID: id, Total: total, Tier: "1000"}
	if !first.Anonymous {
		first.CommunitySubGift.CumulativeTotal = &total
	}
	all := []Notice{first}
	for _, u := range to {
		n := s.Notice(from, "sub_gift", fmt.Sprintf("%s gifted a Tier 1 sub to %s!", from.Name, u.Name), "")
		n.SubGift = &NoticeGift{1, nil, u.ID, u.Name, u.Login, "1000", &id}
		all = append(all, n)
	}
	return all
}

// RaidNotice is a raid that has arrived, as the chat tells it.
func (s *Server) RaidNotice(from User, viewers int) Notice {
	n := s.Notice(from, "raid", fmt.Sprintf("%d raiders from %s have joined!", viewers, from.Name), "")
	n.Raid = &NoticeRaid{from.ID, from.Name, from.Login, viewers, s.ImagesURL + "/jtv_user_pictures/" + from.Login + "-profile_image-70x70.png"}
	return n
}

// Announce is an announcement in the chat.
func (s *Server) Announce(from User, text string) Notice {
	n := s.Notice(from, "announcement", "", text)
	n.Announcement = &NoticeAnnouncement{"PRIMARY"}
	return n
}
