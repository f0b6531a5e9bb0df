"""Recording and editing of layers computed by hand; no hook outlives its block."""

import pytest
import torch
from torch import Tensor, nn

from dissect_core.errors import LayerNeverRan, UnknownLayer
from dissect_core.models.hooks import edited, recorded
from tests.toy import HandNet

PIXEL = torch.tensor([1.0, 3.0]).view(1, 2, 1, 1)  # -> twice (2, -2) -> positive (2, 0) -> total 2


def hook_count(model: nn.Module) -> int:
    return sum(len(module._forward_hooks) + len(module._forward_pre_hooks) for module in model.modules())


def set_to_five(x: Tensor) -> Tensor:
    return torch.full_like(x, 5.0)


def add_one(x: Tensor) -> Tensor:
    return x + 1


@pytest.fixture(params=[False, True], ids=["fresh", "in place"])
def net(request: pytest.FixtureRequest) -> HandNet:
    return HandNet(inplace=request.param)


def test_recorded_layers_hold_the_numbers_computed_by_hand(net: HandNet):
    with recorded(net, ["twice", "positive", "total"]) as outputs:
        net(PIXEL)
    assert outputs["twice"].flatten().tolist() == [2, -2]  # also when the next layer overwrites it
    assert outputs["positive"].flatten().tolist() == [2, 0]
    assert outputs["total"].item() == 2


def test_an_edited_layer_changes_what_follows(net: HandNet):
    with edited(net, {"positive": add_one}) as same:
        assert same is net
        assert net(PIXEL).item() == 3 + 10 * 1
    assert net(PIXEL).item() == 2


def test_two_layers_are_edited_in_the_order_in_which_they_run(net: HandNet):
    with edited(net, {"positive": add_one, "twice": set_to_five}):
        assert net(PIXEL).item() == 6 + 10 * 6


@pytest.mark.parametrize("outside", ["recorded", "edited"])
def test_recording_comes_before_editing_whichever_block_is_outside(net: HandNet, outside: str):
    if outside == "recorded":
        with recorded(net, ["positive"]) as outputs, edited(net, {"positive": set_to_five}):
            assert net(PIXEL).item() == 55
    else:
        with edited(net, {"positive": set_to_five}), recorded(net, ["positive"]) as outputs:
            assert net(PIXEL).item() == 55
    assert outputs["positive"].flatten().tolist() == [2, 0]


def test_a_recording_survives_an_edit_that_breaks_the_rules_and_works_in_place(net: HandNet):
    with recorded(net, ["positive"]) as outputs, edited(net, {"positive": lambda x: x.mul_(0)}):
        assert net(PIXEL).item() == 0
    assert outputs["positive"].flatten().tolist() == [2, 0]


def test_nested_edits_of_one_layer_apply_the_outer_first(net: HandNet):
    with edited(net, {"positive": set_to_five}), edited(net, {"positive": add_one}):
        assert net(PIXEL).item() == 66
    with edited(net, {"positive": add_one}), edited(net, {"positive": set_to_five}):
        assert net(PIXEL).item() == 55


def test_a_recording_is_detached_and_the_latest_of_several_runs():
    net = HandNet().requires_grad_(True)
    with recorded(net, ["twice"]) as outputs:
        net(PIXEL)
        net(PIXEL * 2)
    assert not outputs["twice"].requires_grad
    assert outputs["twice"].flatten().tolist() == [4, -5]


def test_layers_inside_layers_have_dotted_names():
    outer = nn.Sequential(HandNet())
    with recorded(outer, ["0.twice"]) as outputs:
        outer(PIXEL)
    assert outputs["0.twice"].flatten().tolist() == [2, -2]


def test_recording_nothing_and_editing_nothing_register_nothing(net: HandNet):
    with recorded(net, []), edited(net, {}):
        assert hook_count(net) == 0


# --- no hook outlives its block ----------------------------------------------------------------------------------


def test_nested_blocks_remove_only_their_own_hooks(net: HandNet):
    with recorded(net, ["twice"]):
        assert hook_count(net) == 1
        with edited(net, {"twice": add_one, "total": add_one}):
            assert hook_count(net) == 3
            net(PIXEL)
        assert hook_count(net) == 1
    assert hook_count(net) == 0


def test_no_hook_survives_an_error_in_the_body(net: HandNet):
    with pytest.raises(ZeroDivisionError), recorded(net, ["twice"]), edited(net, {"twice": add_one}):
        raise ZeroDivisionError
    assert hook_count(net) == 0


def test_no_hook_survives_an_error_in_the_network_or_in_an_edit(net: HandNet):
    with pytest.raises(RuntimeError), recorded(net, ["twice"]), edited(net, {"twice": add_one}):
        net(torch.zeros(1, 9, 1, 1))
    assert hook_count(net) == 0

    def fail(_x: Tensor) -> Tensor:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), edited(net, {"twice": fail}):
        net(PIXEL)
    assert hook_count(net) == 0


def test_no_hook_survives_an_unknown_layer_after_a_known_one(net: HandNet):
    with pytest.raises(UnknownLayer), edited(net, {"twice": add_one, "twicee": add_one}):
        raise AssertionError("the block must not start")
    with pytest.raises(UnknownLayer), recorded(net, ["twice", "twicee"]):
        raise AssertionError("the block must not start")
    assert hook_count(net) == 0


# --- silence is an error -----------------------------------------------------------------------------------------


def test_an_unknown_layer_names_its_near_matches(net: HandNet):
    with pytest.raises(UnknownLayer) as caught, recorded(net, ["positve"]):
        pass
    assert caught.value.value == "positve"
    assert "positive" in caught.value.allowed


def test_an_unknown_layer_like_no_other_names_the_layers(net: HandNet):
    for name in ("", "qqq"):
        with pytest.raises(UnknownLayer) as caught, edited(net, {name: add_one}):
            pass
        assert caught.value.allowed == "for example twice, positive, total, idle"


def test_a_layer_that_never_ran_is_an_error(net: HandNet):
    with (
        pytest.raises(LayerNeverRan, match="edited but never run: idle"),
        edited(net, {"twice": add_one, "idle": add_one}),
    ):
        net(PIXEL)
    with pytest.raises(LayerNeverRan, match="recorded but never run: idle, twice"), recorded(net, ["idle", "twice"]):
        pass
    assert hook_count(net) == 0


def test_an_error_in_the_body_is_not_hidden_by_a_layer_that_never_ran(net: HandNet):
    with pytest.raises(ZeroDivisionError), edited(net, {"idle": add_one}):
        raise ZeroDivisionError
