package twitch

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// User is an account.
type User struct {
	ID    string `json:"id"`
	Login string `json:"login"`
	Name  string `json:"name"`
	// Color is how the name is shown in chat, "#RRGGBB"; empty when it was never set.
	Color string `json:"color"`
	// Badges are worn in the broadcaster's chat.
	Badges []Badge `json:"badges"`
}

// Badge is one that a user wears; Info has the months of a subscriber.
type Badge struct {
	SetID string `json:"set_id"`
	ID    string `json:"id"`
	Info  string `json:"info"`
}

// cast are the accounts besides the broadcaster's.
var cast = []User{
	{ID: "2001", Login: "amber_fern", Name: "Amber_Fern", Color: "#FF7F50", Badges: []Badge{{"moderator", "1", ""}, {"subscriber", "12", "16"}}},
	{ID: "2002", Login: "quiet_tide", Name: "Quiet_Tide", Color: "#1E90FF", Badges: []Badge{{"vip", "1", ""}}},
	{ID: "2003", Login: "paperlantern", Name: "PaperLantern", Color: "", Badges: []Badge{}},
	{ID: "2004", Login: "nightowl_42", Name: "NightOwl_42", Color: "#2E8B57", Badges: []Badge{{"subscriber", "3", "4"}, {"bits", "1000", ""}}},
	{ID: "2005", Login: "kiwi_cloud", Name: "Kiwi_Cloud", Color: "#DAA520", Badges: []Badge{{"premium", "1", ""}}},
	{ID: "2006", Login: "tinderbox", Name: "Tinderbox", Color: "#B22222", Badges: []Badge{}},
	{ID: "2007", Login: "mossy_stone", Name: "苔石", Color: "#9ACD32", Badges: []Badge{{"subscriber", "0", "1"}}},
	{ID: "2008", Login: "loud_robot", Name: "Loud_Robot", Color: "#FF69B4", Badges: []Badge{}},
	{ID: "3001", Login: "theirs", Name: "Theirs", Color: "#5F9EA0", Badges: []Badge{}},
}

// AddUser makes an account known, or changes the one with its id.
func (s *Server) AddUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.IndexFunc(s.users, func(have User) bool { return have.ID == u.ID }); i >= 0 {
		s.users[i] = u
		return
	}
	s.users = append(s.users, u)
}

// User is the account with a login; a login that is not known becomes one.
func (s *Server) User(login string) User {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.user(login)
}

func (s *Server) user(login string) User {
	for _, u := range s.users {
		if u.Login == login {
			return u
		}
	}
	u := User{ID: fmt.Sprint(50000 + s.next()), Login: login, Name: login, Badges: []Badge{}}
	s.users = append(s.users, u)
	return u
}

func (s *Server) userByID(id string) (User, bool) {
	for _, u := range s.users {
		if u.ID == id {
			return u, true
		}
	}
	return User{}, false
}

// getUsers answers Get Users.
func (s *Server) getUsers(c call) (int, any) {
	ids, logins := c.query["id"], c.query["login"]
	if len(ids)+len(logins) > 100 {
		return problem(400, "The request exceeded the maximum allowed number of id and login parameters")
	}
	if len(ids)+len(logins) == 0 {
		if c.user == "" {
			return problem(400, "The id or login query parameter is required with an app access token")
		}
		ids = []string{c.user}
	}
	found := []map[string]any{}
	for _, u := range s.users {
		if slices.Contains(ids, u.ID) || slices.Contains(logins, u.Login) {
			found = append(found, map[string]any{
				"id": u.ID, "login": u.Login, "display_name": u.Name, "type": "", "broadcaster_type": "affiliate", "description": "",
				"profile_image_url": s.ImagesURL + "/jtv_user_pictures/" + u.Login + "-profile_image-300x300.png",
				"offline_image_url": "", "view_count": 0, "created_at": "2016-12-14T20:32:28Z",
			})
		}
	}
	return 200, map[string]any{"data": found}
}

// getFollowers answers Get Channel Followers, the latest first.
func (s *Server) getFollowers(c call) (int, any) {
	all := slices.Clone(s.channel.followers)
	slices.Reverse(all)
	total := len(all)
	if user := c.query.Get("user_id"); user != "" {
		all = slices.DeleteFunc(all, func(f map[string]any) bool { return f["user_id"] != user })
	}
	first, after, err := paging(c.query)
	if err != nil {
		return problem(400, err.Error())
	}
	part, next := cut(all, first, after)
	return 200, map[string]any{"total": total, "data": part, "pagination": next}
}

// uuid is a fresh random one.
func uuid() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// stamp is a moment as EventSub writes it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000Z") }
