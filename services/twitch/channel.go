package twitch

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/services/twitch/helix"
)

// What Twitch takes.
const (
	titleLimit = 140
	tagsLimit  = 10
	tagLimit   = 25
	delayLimit = 900
)

// ChannelInfo is what a channel says about itself.
type ChannelInfo struct {
	Channel      string `json:"channel"`
	Title        string `json:"title"`
	CategoryID   string `json:"categoryId"`
	CategoryName string `json:"categoryName"`
	// Language is that of ISO 639-1, or other.
	Language string   `json:"language"`
	Tags     []string `json:"tags"`
	// Labels are the ids of the content classification labels that it carries.
	Labels []string `json:"labels"`
	// Delay of the broadcast in seconds.
	Delay int `json:"delay"`
}

func getChannel(ctx context.Context, d *run.Deps, _ struct{}) (ChannelInfo, error) {
	l, err := linkOf(ctx, d)
	if err != nil {
		return ChannelInfo{}, err
	}
	c, err := asUser(d, l.Owner).Channel(ctx, l.Channel)
	return infoOf(c), asFault(err)
}

func infoOf(c helix.Channel) ChannelInfo {
	return ChannelInfo{c.ID, c.Title, c.CategoryID, c.CategoryName, c.Language, nonNil(c.Tags), nonNil(c.Labels), c.Delay}
}

// linkOf is the caller's connected channel.
func linkOf(ctx context.Context, d *run.Deps) (link, error) {
	h, err := heldBy(ctx, d, d.DB, api.OwnerOf(ctx), "")
	if h.lost != "" {
		return link{}, errLost(h.detail)
	}
	return h.link, err
}

// ChannelChange is what changes of a channel; what is left out stays.
type ChannelChange struct {
	Title *string `json:"title,omitempty"`
	// CategoryID is empty for no category.
	CategoryID *string `json:"categoryId,omitempty"`
	Language   *string `json:"language,omitempty"`
	// Tags and Labels are all that the channel is to have; an empty list takes them away.
	Tags   *[]string `json:"tags,omitempty"`
	Labels *[]string `json:"labels,omitempty"`
	// Delay in seconds, which Twitch takes from partners alone.
	Delay *int `json:"delay,omitempty"`
}

var (
	languageWord = regexp.MustCompile(`^([a-z]{2,3}(-[a-z]{2})?|other)$`)
	labelWord    = regexp.MustCompile(`^[A-Za-z0-9_-]{1,100}$`)
)

// Validate finds what Twitch would not take.
func (c ChannelChange) Validate() error {
	if c == (ChannelChange{}) {
		return fault.New(fault.Invalid, "say what changes: title, categoryId, language, tags, labels or delay")
	}
	if c.Title != nil {
		if n := utf8.RuneCountInString(*c.Title); strings.TrimSpace(*c.Title) == "" || n > titleLimit {
			return fault.Field("title", "this should have 1 to %d characters, not %d", titleLimit, n)
		}
	}
	if c.CategoryID != nil && *c.CategoryID != "" && !labelWord.MatchString(*c.CategoryID) {
		return fault.Field("categoryId", "take the id of one of the categories that the search finds, or leave it empty for none")
	}
	if c.Language != nil && !languageWord.MatchString(*c.Language) {
		return fault.Field("language", "this should be a code such as en, or other")
	}
	if c.Delay != nil && (*c.Delay < 0 || *c.Delay > delayLimit) {
		return fault.Field("delay", "this should be 0 to %d seconds", delayLimit)
	}
	if c.Labels != nil {
		for _, label := range *c.Labels {
			if !labelWord.MatchString(label) {
				return fault.Field("labels", "%.40q is no label: take those that Twitch lists", label)
			}
		}
	}
	return c.validateTags()
}

func (c ChannelChange) validateTags() error {
	if c.Tags == nil {
		return nil
	}
	if len(*c.Tags) > tagsLimit {
		return fault.Field("tags", "Twitch takes %d at most, not %d", tagsLimit, len(*c.Tags))
	}
	for _, tag := range *c.Tags {
		odd := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) }
		if n := utf8.RuneCountInString(tag); n == 0 || n > tagLimit || strings.ContainsFunc(tag, odd) {
			return fault.Field("tags", "%.40q: a tag has 1 to %d letters and digits, and no spaces", tag, tagLimit)
		}
	}
	return nil
}

// patchChannel changes what the channel says about itself, and answers what it says then.
func patchChannel(ctx context.Context, d *run.Deps, req ChannelChange) (ChannelInfo, error) {
	l, err := linkOf(ctx, d)
	if err != nil {
		return ChannelInfo{}, err
	}
	client := asUser(d, l.Owner)
	change := helix.ChannelChange{Title: req.Title, Category: req.CategoryID, Language: req.Language, Delay: req.Delay}
	if req.Tags != nil {
		tags := nonNil(*req.Tags)
		change.Tags = &tags
	}
	if req.Labels != nil {
		c, err := client.Channel(ctx, l.Channel)
		if err != nil {
			return ChannelInfo{}, asFault(err)
		}
		change.Labels = labelChanges(c.Labels, *req.Labels)
	}
	// Labels that are there already are no change, and alone they would be an empty one.
	if req.Labels == nil || len(change.Labels) > 0 || req != (ChannelChange{Labels: req.Labels}) {
		if err := client.ChangeChannel(ctx, l.Channel, change); err != nil {
			return ChannelInfo{}, asFault(err)
		}
	}
	c, err := client.Channel(ctx, l.Channel)
	return infoOf(c), asFault(err)
}

// matureGame is the label that follows from the category, and from nothing else.
const matureGame = "MatureGame"

// labelChanges are those that lead from the labels that there are to the ones that are wanted.
func labelChanges(are, wanted []string) []helix.LabelChange {
	var changes []helix.LabelChange
	for _, label := range are {
		if label != matureGame && !slices.Contains(wanted, label) {
			changes = append(changes, helix.LabelChange{ID: label})
		}
	}
	for _, label := range wanted {
		if label != matureGame && !slices.Contains(are, label) {
			changes = append(changes, helix.LabelChange{ID: label, Enabled: true})
		}
	}
	return changes
}

// FindCategories asks for categories.
type FindCategories struct {
	// Q is a part of the name.
	Q string `query:"q" json:"-"`
}

// Validate finds what Twitch would not take.
func (f FindCategories) Validate() error {
	if n := utf8.RuneCountInString(strings.TrimSpace(f.Q)); n == 0 || n > 100 {
		return fault.Field("q", "say a part of the category's name, of 1 to 100 characters")
	}
	return nil
}

// categoriesShown is how many categories are found at most.
const categoriesShown = 20

func getCategories(ctx context.Context, d *run.Deps, req FindCategories) (api.List[events.Category], error) {
	found, err := asUser(d, api.OwnerOf(ctx)).Categories(ctx, strings.TrimSpace(req.Q), categoriesShown)
	answer := api.List[events.Category]{Items: []events.Category{}}
	for _, c := range found {
		answer.Items = append(answer.Items, events.Category(c))
	}
	return answer, asFault(err)
}

// Label is a content classification label that a channel can carry.
type Label struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
}

func getLabels(ctx context.Context, d *run.Deps, _ struct{}) (api.List[Label], error) {
	found, err := asUser(d, api.OwnerOf(ctx)).Labels(ctx)
	answer := api.List[Label]{Items: []Label{}}
	for _, l := range found {
		answer.Items = append(answer.Items, Label(l))
	}
	return answer, asFault(err)
}
