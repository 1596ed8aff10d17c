package twitch

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// channel is what there is to know of the broadcaster's channel.
type channel struct {
	title, language, categoryID string
	tags, labels                []string
	delay                       int
	branded                     bool

	stream    *stream
	followers []map[string]any
	markers   []map[string]any
	segments  []map[string]any
	ads       ads
	chat      chat
}

func newChannel(now time.Time) channel {
	return channel{
		title: "First light", language: "en", categoryID: "509670", tags: []string{"English"}, labels: []string{},
		followers: []map[string]any{}, ads: newAds(now), chat: newChat(),
	}
}

// Category is what a stream is about; Helix calls it a game too.
type Category struct {
	ID, Name string
}

var categories = []Category{
	{"509670", "Science & Technology"},
	{"509658", "Just Chatting"},
	{"1469308723", "Software and Game Development"},
	{"26936", "Music"},
	{"509660", "Art"},
	{"509673", "Makers & Crafting"},
	{"33214", "Fortnite"},
	{"494131", "Little Nightmares"},
	{"27471", "Minecraft"},
	{"32982", "Grand Theft Auto V"},
	{"509667", "Food & Drink"},
	{"116747788", "Pools, Hot Tubs, and Beaches"},
	{"509663", "Special Events"},
	{"65632", "Retro"},
	{"743", "Chess"},
	{"490377", "Sea of Thieves"},
}

func category(id string) Category {
	for _, c := range categories {
		if c.ID == id {
			return c
		}
	}
	return Category{}
}

// label is a content classification label; MatureGame follows from the category.
type label struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
}

var labels = []label{
	{"DebatedSocialIssuesAndPolitics", "Politics and Sensitive Social Issues", "Debates about politics or social issues."},
	{"DrugsIntoxication", "Drugs, Intoxication, or Excessive Tobacco Use", "Drugs, drunkenness, or a lot of smoking."},
	{"Gambling", "Gambling", "Gambling for real money."},
	{"MatureGame", "Mature-rated game", "Games that are rated for adults."},
	{"ProfanityVulgarity", "Significant Profanity or Vulgarity", "Swearing, most of the time."},
	{"SexualThemes", "Sexual Themes", "Content about sexuality."},
	{"ViolentGraphic", "Violent and Graphic Depictions", "Violence that looks real."},
}

func (s *Server) getLabels(call) (int, any) { return 200, map[string]any{"data": labels} }

func (s *Server) searchCategories(c call) (int, any) {
	query := strings.ToLower(c.query.Get("query"))
	if query == "" {
		return problem(400, "Missing required parameter \"query\"")
	}
	first, after, err := paging(c.query)
	if err != nil {
		return problem(400, err.Error())
	}
	found := []map[string]string{}
	for _, g := range categories {
		if strings.Contains(strings.ToLower(g.Name), query) {
			found = append(found, map[string]string{"id": g.ID, "name": g.Name, "box_art_url": s.ImagesURL + "/ttv-boxart/" + g.ID + "-52x72.jpg"})
		}
	}
	part, next := cut(found, first, after)
	return 200, map[string]any{"data": part, "pagination": next}
}

func (s *Server) getChannels(c call) (int, any) {
	ids := c.query["broadcaster_id"]
	if len(ids) == 0 || len(ids) > 100 {
		return problem(400, "Missing required parameter \"broadcaster_id\"")
	}
	found := []map[string]any{}
	for _, id := range ids {
		u, ok := s.userByID(id)
		switch {
		case id == s.Broadcaster.ID:
			ch := &s.channel
			found = append(found, channelView(u, ch.language, ch.categoryID, ch.title, ch.delay, ch.tags, ch.labels, ch.branded))
		case ok:
			found = append(found, channelView(u, "en", "", "", 0, []string{}, []string{}, false))
		}
	}
	return 200, map[string]any{"data": found}
}

func channelView(u User, language, game, title string, delay int, tags, labels []string, branded bool) map[string]any {
	return map[string]any{
		"broadcaster_id": u.ID, "broadcaster_login": u.Login, "broadcaster_name": u.Name, "broadcaster_language": language,
		"game_id": game, "game_name": category(game).Name, "title": title, "delay": delay, "tags": tags,
		"content_classification_labels": labels, "is_branded_content": branded,
	}
}

// modifyChannel changes all that is given, or nothing, and tells of it.
func (s *Server) modifyChannel(c call) (int, any) {
	var asked struct {
		Game     *string   `json:"game_id"`
		Language *string   `json:"broadcaster_language"`
		Title    *string   `json:"title"`
		Delay    *int      `json:"delay"`
		Tags     *[]string `json:"tags"`
		Labels   []struct {
			ID      string `json:"id"`
			Enabled bool   `json:"is_enabled"`
		} `json:"content_classification_labels"`
		Branded *bool `json:"is_branded_content"`
	}
	if err := decode(c.body, &asked); err != nil {
		return problem(400, err.Error())
	}
	next := s.channel
	next.labels = slices.Clone(next.labels)
	var given map[string]json.RawMessage
	_ = json.Unmarshal(c.body, &given) // it is an object: it has just been read
	if len(given) == 0 {
		return problem(400, "The request must update at least one property")
	}
	if asked.Title != nil {
		next.title = *asked.Title
		if strings.TrimSpace(next.title) == "" || utf8.RuneCountInString(next.title) > 140 {
			return problem(400, "The title may neither be empty nor longer than 140 characters")
		}
	}
	if asked.Game != nil {
		next.categoryID = *asked.Game
		if next.categoryID == "0" {
			next.categoryID = ""
		}
		if next.categoryID != "" && category(next.categoryID).ID == "" {
			return problem(400, "The ID in game_id is not valid")
		}
	}
	if asked.Language != nil {
		next.language = *asked.Language
		if len(next.language) != 2 && next.language != "other" {
			return problem(400, "The broadcaster_language is not an ISO 639-1 code")
		}
	}
	if asked.Tags != nil {
		next.tags = append([]string{}, *asked.Tags...)
		if len(next.tags) > 10 || slices.ContainsFunc(next.tags, func(tag string) bool {
			return tag == "" || utf8.RuneCountInString(tag) > 25 || strings.ContainsFunc(tag, func(r rune) bool { return r == ' ' || r == '#' || r == '-' })
		}) {
			return problem(400, "There may be ten tags of at most 25 letters and digits each")
		}
	}
	if asked.Delay != nil {
		return problem(400, "To update the delay field, the broadcaster must have partner status")
	}
	for _, change := range asked.Labels {
		if !slices.ContainsFunc(labels, func(l label) bool { return l.ID == change.ID }) {
			return problem(400, "The ID of a content classification label is not valid")
		}
		if change.ID == "MatureGame" {
			return problem(403, "MatureGame is set by the category alone")
		}
		next.labels = slices.DeleteFunc(next.labels, func(id string) bool { return id == change.ID })
		if change.Enabled {
			next.labels = append(next.labels, change.ID)
		}
	}
	if asked.Branded != nil {
		next.branded = *asked.Branded
	}
	s.channel = next
	s.emit("channel.update", s.channelUpdate(), nil)
	return 204, nil
}
